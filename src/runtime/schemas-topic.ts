import { assert } from '../base/assert.ts';
import { DatabaseError } from '../base/errors.ts';
import type { Log, Topic } from '../log/log.ts';
import { RecordCursor } from '../log/record-cursor.ts';
import type { RegistryChange, RegistryJournal } from '../schema-registry/registry-change.ts';
import { decodeChange, encodeChange } from '../schema-registry/registry-record.ts';
import type { Ingest } from './ingest.ts';

/** Reserved, as Confluent's registry names it: no user can create, write or print it. */
export const SCHEMAS_TOPIC = '_schemas';

const READ_BYTES = 1024 * 1024;

/**
 * The journal of the embedded schema registry: a topic of one partition that keeps every change for ever, so that ids
 * are never given out twice.
 */
export class SchemasTopic implements RegistryJournal {
  readonly #log: Log;
  readonly #ingest: Ingest;
  #topic: Topic | null = null;

  constructor({ log, ingest }: { log: Log; ingest: Ingest }) {
    this.#log = log;
    this.#ingest = ingest;
  }

  /** Opens the topic, creating it the first time. */
  async open(): Promise<void> {
    this.#topic =
      this.#log.topic(SCHEMAS_TOPIC) ??
      (await this.#log.createTopic({
        name: SCHEMAS_TOPIC,
        partitionCount: 1,
        cleanupPolicy: 'delete',
        durability: 'fsync',
        retentionMs: null,
      }));
  }

  async append(change: RegistryChange): Promise<void> {
    assert(this.#topic !== null, 'changes come after the topic is open');
    const { key, value } = encodeChange(change);
    await this.#ingest.append(this.#topic, {
      key: Buffer.from(key),
      value: value === null ? null : Buffer.from(value),
      partition: 0,
    });
  }

  /**
   * All changes in order.
   * @throws DatabaseError CORRUPT for a record that this version cannot read.
   */
  async *changes(): AsyncGenerator<RegistryChange> {
    const partition = this.#topic?.partitions[0];
    assert(partition !== undefined, 'changes are read after the topic is open');
    let offset = partition.startOffset;
    while (offset < partition.stableEndOffset) {
      const read = await partition.read({ offset, bytesMax: READ_BYTES, isolation: 'committed' });
      for (const batch of read.batches) {
        const cursor = new RecordCursor(batch);
        while (cursor.next()) {
          if (cursor.offset < offset) continue;
          const change = changeAt(batch, cursor);
          if (change !== null) yield change;
        }
      }
      offset = read.nextOffset;
    }
  }
}

function changeAt(batch: Buffer, cursor: RecordCursor): RegistryChange | null {
  const { keyStart, keyEnd, valueStart, valueEnd } = cursor;
  try {
    return decodeChange({
      key: batch.toString('utf8', keyStart, keyEnd),
      value: valueStart < 0 ? null : batch.toString('utf8', valueStart, valueEnd),
    });
  } catch (cause) {
    const message = `Record ${cursor.offset} of topic ${SCHEMAS_TOPIC} cannot be read: ${(cause as Error).message}. Restore the data directory from a backup, or use the version of Millrace that wrote it.`;
    throw new DatabaseError('CORRUPT', message, { cause });
  }
}
