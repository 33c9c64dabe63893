import { ByteWriter } from '../base/byte-writer.ts';
import { DatabaseError } from '../base/errors.ts';
import type { Partition } from '../log/log.ts';
import { prefixEnd } from '../state/key-bytes.ts';
import type { Store } from '../state/store.ts';

/**
 * What the state store holds besides state, under keys that begin with byte 0 (state begins with 1):
 *
 * | key | value |
 * |---|---|
 * | `epoch` | how often the database was opened; the epoch of all producers |
 * | `now` | wall clock of the last tick, ms since the epoch |
 * | `query/<number>` | progress of a persistent query, JSON |
 * | `end/<topic id>/<partition>` | durable end of the partition when it was last committed |
 * | `bad/<topic id>/<source>` | records of the source that could not be read, JSON |
 * | `chain/<n>` | number of the last tick with tick mod 512 = n |
 */
const META = 0;
const STATE = 1;
const CHAIN_LENGTH = 512;

/** What a query has done since it was created. */
export interface QueryTotals {
  readonly ticks: number;
  readonly recordsOut: number;
  readonly lateRecords: number;
  /** Records left out because they could not be read. */
  readonly unreadable: number;
  /** Rows, or parts of rows, that could not be computed. */
  readonly rowErrors: number;
}

export const NO_TOTALS: QueryTotals = {
  ticks: 0,
  recordsOut: 0,
  lateRecords: 0,
  unreadable: 0,
  rowErrors: 0,
};

/** How many records of a source could not be read. */
export interface UnreadableCount {
  readonly count: number;
  /** By partition, the highest offset among them: a query that reads them again does not count them again. */
  readonly offsets: Readonly<Record<string, number>>;
}

/** How far a persistent query has come; one value per query, replaced by each of its commits. */
export interface QueryProgress {
  readonly epoch: number;
  /** By partition of the sink, the last record of that epoch that is decided to be committed; -1 for none. */
  readonly sequences: readonly number[];
  /** Next offset to read, by `source number/partition` (see storedNumbers). */
  readonly offsets: Readonly<Record<string, number>>;
  /** Event times that operators keep, by `state number/partition`. */
  readonly times: Readonly<Record<string, readonly number[]>>;
  /** Absent: nothing was counted before. */
  readonly totals?: QueryTotals;
}

function metaKey(name: string): Buffer {
  return Buffer.concat([Buffer.from([META]), Buffer.from(name)]);
}

/** Where the progress of a persistent query is kept. */
export function queryKey(queryNumber: number): Buffer {
  return metaKey(`query/${queryNumber}`);
}

/** Where the durable end of a partition is kept. */
export function durableEndKey(partition: Partition): Buffer {
  return durableEndKeyOf(`${partition.topic.id}/${partition.index}`);
}

/** The same by `topic id/partition`, for a topic that may be gone. */
export function durableEndKeyOf(place: string): Buffer {
  return metaKey(`end/${place}`);
}

/** Where it is kept how many records of a source over a topic could not be read, by `topic id/source`. */
export function unreadableKey(place: string): Buffer {
  return metaKey(`bad/${place}`);
}

/** The slot of a tick in the chain: the latest 512 ticks have one each. */
export function chainKey(tick: number): Buffer {
  return metaKey(`chain/${tick % CHAIN_LENGTH}`);
}

export const EPOCH_KEY = metaKey('epoch');
export const NOW_KEY = metaKey('now');

/** A number as the meta entries hold it: its decimal text. */
export function encodeNumber(value: number): Buffer {
  return Buffer.from(String(value));
}

/** The progress of a query as its meta entry holds it. */
export function encodeProgress(progress: QueryProgress): Buffer {
  return Buffer.from(JSON.stringify(progress));
}

/** The state of one step in one partition: everything under this prefix. Query numbers are never reused. */
export function statePrefix(options: {
  queryNumber: number;
  stateNumber: number;
  partition: number;
}): Buffer {
  const writer = new ByteWriter();
  writer.writeByte(STATE);
  writer.writeInt32(options.queryNumber);
  writer.writeInt16(options.stateNumber);
  writer.writeInt16(options.partition);
  return writer.copy();
}

/** The state of a whole query. */
export function queryStateRange(queryNumber: number): { from: Buffer; to: Buffer } {
  const writer = new ByteWriter();
  writer.writeByte(STATE);
  writer.writeInt32(queryNumber);
  const from = writer.copy();
  return { from, to: prefixEnd(from) };
}

/** What recovery reads before anything else. */
export interface StoredMeta {
  readonly epoch: number;
  readonly lastTick: number;
  /** Wall clock of that tick, ms since the epoch; 0 when there was none. */
  readonly lastNow: number;
  readonly progress: ReadonlyMap<number, QueryProgress>;
  /** By `topic id/partition`. */
  readonly durableEnds: ReadonlyMap<string, number>;
  /** By `topic id/source`. */
  readonly unreadable: ReadonlyMap<string, UnreadableCount>;
}

/**
 * Reads the meta entries and checks the chain of ticks.
 * @throws DatabaseError CORRUPT when a commit is missing from the middle: LevelDB does not notice such damage.
 */
export async function readMeta(store: Store): Promise<StoredMeta> {
  let epoch = 0;
  let lastNow = 0;
  const progress = new Map<number, QueryProgress>();
  const durableEnds = new Map<string, number>();
  const unreadable = new Map<string, UnreadableCount>();
  const chain: number[] = [];
  const range = { from: Buffer.from([META]), to: Buffer.from([STATE]) };
  for await (const entries of store.range(range)) {
    for (const [key, value] of entries) {
      const [kind, ...rest] = Buffer.from(key).toString('utf8', 1).split('/');
      const text = Buffer.from(value).toString();
      if (kind === 'epoch') epoch = Number(text);
      else if (kind === 'now') lastNow = Number(text);
      else if (kind === 'query') progress.set(Number(rest[0]), JSON.parse(text) as QueryProgress);
      else if (kind === 'end') durableEnds.set(rest.join('/'), Number(text));
      else if (kind === 'bad') {
        unreadable.set(rest.join('/'), JSON.parse(text) as UnreadableCount);
      } else if (kind === 'chain') chain.push(Number(text));
    }
  }
  return { epoch, lastTick: checkChain(chain), lastNow, progress, durableEnds, unreadable };
}

/** The latest ticks, one per slot, must be consecutive: a gap is a commit that vanished. */
function checkChain(ticks: readonly number[]): number {
  const ordered = ticks.toSorted((a, b) => a - b);
  const last = ordered.at(-1) ?? 0;
  const expectedCount = Math.min(last, CHAIN_LENGTH);
  const first = ordered[0] ?? 0;
  if (ordered.length === expectedCount && (last === 0 || first === last - expectedCount + 1)) {
    return last;
  }
  throw new DatabaseError(
    'CORRUPT',
    `The state store has lost a commit: of the latest ${expectedCount} ticks up to ${last}, ${ordered.length} are there, from ${first} on. ` +
      'Restore the data directory from a backup, or start with a new one.',
  );
}
