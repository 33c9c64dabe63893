/*
 * Topics that are written and read below SQL: one that is compacted, one for each weaker durability, and a consumer
 * group. What a kill may take of them is nothing: a weak durability only risks the machine.
 */
import type { Database } from '../../src/database.ts';
import type { TopicSettings } from '../../src/log/topic-settings.ts';
import { RecordCursor } from '../../src/log/record-cursor.ts';

export interface RawTopic {
  readonly name: string;
  readonly partitions: number;
  readonly settings: Partial<TopicSettings>;
}

/** Compacted: of each key the last record counts. */
export const LATEST: RawTopic = {
  name: 'latest',
  partitions: 2,
  settings: { cleanupPolicy: 'compact' },
};

/** Acknowledged when written. */
export const WEAK: readonly RawTopic[] = [
  { name: 'weak_interval', partitions: 1, settings: { durability: 'interval=50' } },
  { name: 'weak_none', partitions: 1, settings: { durability: 'none' } },
];

export const RAW_TOPICS: readonly RawTopic[] = [LATEST, ...WEAK];

/** Changelogs of tables, compacted by default. */
export const CHANGELOGS = ['PER_TAG', 'BIG_PER_KEY'] as const;

/** Commits offsets of topic `events`, partition 0, that only grow. */
export const GROUP = 'readers';

const LATEST_KEYS = 8;
/** Every so many records of LATEST delete their key. */
const TOMBSTONE_EVERY = 10;

/** A record of LATEST: what is written at a place of a life. */
export interface LatestRecord {
  readonly key: string;
  /** `life.sequence`; null for a tombstone. */
  readonly value: string | null;
}

/** All of it follows from the place. Tombstones say where they were written by their time, as all records do. */
export function latestAt(life: number, sequence: number): LatestRecord {
  const isTombstone = sequence % TOMBSTONE_EVERY === TOMBSTONE_EVERY - 1;
  const key = `key${(sequence * 5 + life) % LATEST_KEYS}`;
  return { key, value: isTombstone ? null : `${life}.${sequence}` };
}

const SEQUENCES_PER_LIFE = 1_000_000;

/** Counts places of all lives; the timestamp of the record there, ms. */
export function placeNumber(life: number, sequence: number): number {
  return life * SEQUENCES_PER_LIFE + sequence;
}

/** Where a number was counted. */
export function placeOfNumber(number: number): {
  readonly life: number;
  readonly sequence: number;
} {
  return {
    life: Math.floor(number / SEQUENCES_PER_LIFE),
    sequence: number % SEQUENCES_PER_LIFE,
  };
}

/** A record as it lies in the log. */
export interface RawRecord {
  readonly partition: number;
  readonly offset: number;
  readonly time: number;
  readonly key: string | null;
  readonly value: string | null;
}

/** All records of a topic that readers may see, by partition and offset. */
export async function readTopic(database: Database, name: string): Promise<RawRecord[]> {
  const records: RawRecord[] = [];
  const cursor = new RecordCursor();
  for (const partition of database.log.topic(name)?.partitions ?? []) {
    for (let offset = partition.startOffset; offset < partition.stableEndOffset;) {
      const read = await partition.read({ offset, bytesMax: 1 << 20, isolation: 'committed' });
      for (const batch of read.batches) {
        cursor.reset(batch);
        while (cursor.next()) {
          const { buffer, keyStart, keyEnd, valueStart, valueEnd, timestamp: time } = cursor;
          const key = keyStart < 0 ? null : buffer.toString('utf8', keyStart, keyEnd);
          const value = valueStart < 0 ? null : buffer.toString('utf8', valueStart, valueEnd);
          records.push({ partition: partition.index, offset: cursor.offset, time, key, value });
        }
      }
      offset = read.nextOffset;
    }
  }
  return records;
}
