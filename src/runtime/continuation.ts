import { DatabaseError } from '../base/errors.ts';
import type { Partition } from '../log/log.ts';

/** Where a push query of a client stands: what it needs to go on elsewhere. */
export interface Continuation {
  /** By source of the query, in order: topic id, partition, next offset. */
  readonly places: readonly (readonly [topicId: number, partition: number, offset: number])[];
  /** Rows delivered so far, which count for LIMIT. */
  readonly delivered: number;
  /** Of a query with state, by source: the offset from which on what it read made the state. */
  readonly starts?: readonly number[];
}

/** Without and with the offsets that state begins at. */
const STATELESS_VERSION = 1;
const STATEFUL_VERSION = 2;
const TOKEN_LENGTH_MAX = 64 * 1024;

/** The continuation as clients keep it. */
export function formatContinuation({ places, delivered, starts }: Continuation): string {
  const numbers =
    starts === undefined
      ? [STATELESS_VERSION, delivered, ...places.flat()]
      : [STATEFUL_VERSION, delivered, ...places.flatMap((place, i) => [...place, starts[i]!])];
  return Buffer.from(JSON.stringify(numbers)).toString('base64url');
}

/** @throws DatabaseError BAD_REQUEST for what `formatContinuation` did not write. */
export function parseContinuation(token: string): Continuation {
  const numbers = token.length <= TOKEN_LENGTH_MAX ? parseNumbers(token) : null;
  if (numbers === null) throw unreadable();
  const [version, delivered = 0, ...rest] = numbers;
  const size = version === STATELESS_VERSION ? 3 : version === STATEFUL_VERSION ? 4 : 0;
  if (size === 0 || rest.length % size !== 0) throw unreadable();
  const places: [number, number, number][] = [];
  const starts: number[] = [];
  for (let i = 0; i < rest.length; i += size) {
    places.push([rest[i]!, rest[i + 1]!, rest[i + 2]!]);
    if (version === STATEFUL_VERSION) starts.push(rest[i + 3]!);
  }
  return version === STATEFUL_VERSION ? { places, delivered, starts } : { places, delivered };
}

function parseNumbers(token: string): readonly number[] | null {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (!Array.isArray(parsed)) return null;
    return parsed.every((value) => Number.isSafeInteger(value) && value >= 0) ? parsed : null;
  } catch {
    return null;
  }
}

/**
 * The offset to go on from.
 * @param index of the source among those of the query.
 * @throws DatabaseError CONFLICT when the token is another query's, or the topic was made anew; SOURCE_EXPIRED when
 *   what comes next was removed; BAD_REQUEST when it was never written.
 */
export function continuedOffset(
  { places, starts }: Continuation,
  { index, partition }: { readonly index: number; readonly partition: Partition },
): number {
  const [topicId, partitionIndex, offset] = places[index] ?? [];
  const start = starts?.[index];
  if (topicId !== partition.topic.id || partitionIndex !== partition.index) {
    throw new DatabaseError(
      'CONFLICT',
      `The continuation token was given for another query, or topic ${partition.topic.name} was made anew since. Start without it.`,
    );
  }
  if (offset! < partition.startOffset) {
    throw new DatabaseError(
      'SOURCE_EXPIRED',
      `The next record of topic ${partition.topic.name} partition ${partition.index}, offset ${offset}, was removed; the first there is now is ${partition.startOffset}.`,
    );
  }
  if (start !== undefined && start < partition.startOffset) {
    throw new DatabaseError(
      'SOURCE_EXPIRED',
      `The state of the query cannot be made again: of the records it was made of, those of topic ${partition.topic.name} partition ${partition.index} before offset ${partition.startOffset} were removed. Start it without a continuation token, or keep its state with CREATE TABLE ... AS SELECT and select from that.`,
    );
  }
  if (offset! > partition.endOffset || (start !== undefined && start > offset!)) throw unreadable();
  return offset!;
}

function unreadable(): DatabaseError {
  return new DatabaseError('BAD_REQUEST', 'The continuation token is none that this server gave.');
}
