import type { Event } from './flow.ts';
import { sameKey } from './flow.ts';
import { type JoinContext, joinedRow } from './join.ts';

/** Each row of the stream with the row the table has for its key at that moment (6.5). */
export function joinStreamTable(
  inputs: readonly { readonly input: number; readonly event: Event }[],
  context: JoinContext,
): readonly Event[] {
  return inputs.flatMap(({ input, event }, index) => {
    if (input === 1 || event.after === null) return [];
    const tableRow = inputs
      .slice(0, index)
      .findLast((earlier) => earlier.input === 1 && sameKey(earlier.event.key, event.key));
    const right = event.key === null ? null : (tableRow?.event.after ?? null);
    if (right === null && context.spec.type === 'INNER') return [];
    return [{ ...event, after: joinedRow(event.after, right, context) }];
  });
}
