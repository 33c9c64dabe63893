import type { ReadAfter, RecordPosition } from '../src/engine.ts';
import { invalidJson } from './json-text.ts';

const POSITIONS_MAX = 1_000;
const TIMEOUT_MS_DEFAULT = 5_000;
const TIMEOUT_MS_MAX = 30_000;

/**
 * Reads what a pull query has to wait for: `after`, a position `{topic, partition, offset}` as an acknowledgement has it
 * or an array of them, and `afterTimeoutMs`.
 * @returns undefined without any.
 * @throws DatabaseError BAD_REQUEST naming the member and what was expected.
 */
export function parseAfter(members: Readonly<Record<string, unknown>>): ReadAfter | undefined {
  const after = members['after'] ?? null;
  const timeoutMs = members['afterTimeoutMs'] ?? TIMEOUT_MS_DEFAULT;
  if (after === null) return undefined;
  const list: readonly unknown[] = Array.isArray(after) ? after : [after];
  if (list.length > POSITIONS_MAX) {
    throw invalidJson(`after has ${list.length} positions, at most ${POSITIONS_MAX} are allowed`);
  }
  if (!isCount(timeoutMs) || timeoutMs > TIMEOUT_MS_MAX) {
    throw invalidJson(`afterTimeoutMs must be a number of milliseconds, at most ${TIMEOUT_MS_MAX}`);
  }
  if (list.length === 0) return undefined;
  return { positions: list.map(positionOf), timeoutMs };
}

function positionOf(value: unknown): RecordPosition {
  if (typeof value === 'object' && value !== null) {
    const { topic, partition, offset } = value as Partial<Record<string, unknown>>;
    if (typeof topic === 'string' && isCount(partition) && isCount(offset)) {
      return { topic, partition, offset };
    }
  }
  throw invalidJson(
    'after must be {"topic": a name, "partition": a number, "offset": a number}, or an array of such',
  );
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
