import type { WindowInfo } from '../sql/schema.ts';
import { errorAt } from './error-at.ts';
import type { ParsedProperties } from './properties.ts';

/**
 * What WINDOW_TYPE and WINDOW_SIZE say of the keys of a topic; null for plain keys. The records hold where a window
 * starts; where it ends only those of sessions do.
 * @throws DatabaseError BAD_STATEMENT for a size that is missing, or given without a type or for sessions.
 */
export function settleWindow({ values, nodes }: ParsedProperties): WindowInfo | null {
  const { WINDOW_TYPE: kind, WINDOW_SIZE: sizeMs } = values;
  const size = nodes.get('WINDOW_SIZE');
  if (kind === undefined) {
    if (size === undefined) return null;
    throw errorAt(
      'BAD_STATEMENT',
      size,
      "'WINDOW_SIZE' needs 'WINDOW_TYPE', which says what windows the keys are of: HOPPING or TUMBLING.",
    );
  }
  if (kind === 'SESSION') {
    if (size === undefined) return { kind, sizeMs: null };
    throw errorAt(
      'BAD_STATEMENT',
      size,
      "'WINDOW_SIZE' should not be set for SESSION windows. Their keys hold where each ends.",
    );
  }
  if (sizeMs !== undefined) return { kind, sizeMs };
  throw errorAt(
    'BAD_STATEMENT',
    nodes.get('WINDOW_TYPE')!,
    `'WINDOW_SIZE' should be set for ${kind} windows, as their keys hold only where each starts: WINDOW_SIZE='30 SECONDS'.`,
  );
}
