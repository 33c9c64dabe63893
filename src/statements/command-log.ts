import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { DatabaseError } from '../base/errors.ts';
import type { Log, Topic } from '../log/log.ts';
import { RecordCursor } from '../log/record-cursor.ts';
import type { Ingest } from '../runtime/ingest.ts';
import type { Command, CommandEntry } from './commands.ts';

/** Reserved: no user can create, write or print it. */
export const COMMAND_TOPIC = '_millrace_command';

const READ_BYTES = 1024 * 1024;

/**
 * The durable list of statements that changed what exists, a topic of one partition. A statement is acknowledged after
 * its entry is on disk and applied; ids of queries are offsets in this log and so are never given out twice.
 */
export class CommandLog {
  readonly #topic: Topic;
  readonly #ingest: Ingest;

  private constructor(topic: Topic, ingest: Ingest) {
    this.#topic = topic;
    this.#ingest = ingest;
  }

  /** Opens the log, creating it the first time. */
  static async open({ log, ingest }: { log: Log; ingest: Ingest }): Promise<CommandLog> {
    const topic =
      log.topic(COMMAND_TOPIC) ??
      (await log.createTopic({
        name: COMMAND_TOPIC,
        partitionCount: 1,
        cleanupPolicy: 'delete',
        durability: 'fsync',
        retentionMs: null,
      }));
    return new CommandLog(topic, ingest);
  }

  /** Offset of the next entry. Statements run one at a time, so it is known beforehand. */
  get nextOffset(): number {
    return this.#topic.partitions[0]?.endOffset ?? 0;
  }

  /** Makes the command durable and returns its offset. */
  async append(sql: string, command: Command): Promise<number> {
    const entry: CommandEntry = { version: 1, sql, command };
    const value = encodeEntry(entry);
    const { offset } = await this.#ingest.append(this.#topic, { key: null, value, partition: 0 });
    return offset;
  }

  /**
   * All entries in order.
   * @throws DatabaseError CORRUPT for an entry this version cannot read.
   */
  async *entries(): AsyncGenerator<{ offset: number; entry: CommandEntry }> {
    const [partition] = this.#topic.partitions;
    if (partition === undefined) return;
    let offset = partition.startOffset;
    while (offset < partition.stableEndOffset) {
      const read = await partition.read({ offset, bytesMax: READ_BYTES, isolation: 'committed' });
      for (const batch of read.batches) {
        const cursor = new RecordCursor(batch);
        while (cursor.next()) {
          if (cursor.offset < offset) continue;
          const bytes = batch.subarray(cursor.valueStart, cursor.valueEnd);
          yield { offset: cursor.offset, entry: decodeEntry(bytes, cursor.offset) };
        }
      }
      offset = read.nextOffset;
    }
  }
}

/** Entries of more bytes are compressed: the plan of a struct with hundreds of fields names each of them at each. */
const PLAIN_BYTES_MAX = 64 * 1024;
const ENTRY_BYTES_MAX = 256 * 1024 * 1024;
/** What a zstd frame begins with; JSON begins with a brace. */
const ZSTD_MAGIC = 0xfd2fb528;

function encodeEntry(entry: CommandEntry): Buffer {
  const plain = Buffer.from(JSON.stringify(entry));
  return plain.length > PLAIN_BYTES_MAX ? zstdCompressSync(plain) : plain;
}

function decodeEntry(bytes: Buffer, offset: number): CommandEntry {
  let entry: CommandEntry;
  try {
    const compressed = bytes.length >= 4 && bytes.readUInt32LE() === ZSTD_MAGIC;
    const plain = compressed
      ? zstdDecompressSync(bytes, { maxOutputLength: ENTRY_BYTES_MAX })
      : bytes;
    entry = JSON.parse(plain.toString()) as CommandEntry;
  } catch (cause) {
    throw unreadable(offset, 'it is not JSON', cause);
  }
  if (entry.version === 1) return entry;
  throw unreadable(offset, `its version is ${String(entry.version)}, expected 1`, undefined);
}

function unreadable(offset: number, reason: string, cause: unknown): DatabaseError {
  const message = `Entry ${offset} of the command log cannot be read: ${reason}. Restore the data directory from a backup, or use the version of Millrace that wrote it.`;
  return new DatabaseError('CORRUPT', message, { cause });
}
