import type { QueryBatch, QueryResult } from '../engine.ts';
import type { Partition, Topic } from '../log/log.ts';
import { RecordCursor } from '../log/record-cursor.ts';
import { RecordWaiter } from './record-waiter.ts';
import { PayloadPrinter } from './payload-printer.ts';

const READ_BYTES = 64 * 1024;

export interface PrintQueryOptions {
  readonly queryId: string;
  readonly topic: Topic;
  readonly fromBeginning: boolean;
  /** Prints every n-th record, beginning with the first. */
  readonly interval: number;
  readonly limit: number | null;
  onClose(): void;
}

/**
 * PRINT: the records of a topic as lines of text, whatever is in them. Formats are guessed from the bytes seen so far.
 */
export class PrintQuery implements QueryResult {
  readonly kind = 'print';
  readonly closable = true;
  readonly columns = [];
  readonly finalMessage = null;
  readonly queryId: string;
  readonly #options: PrintQueryOptions;
  readonly #positions: number[];
  readonly #keys = new PayloadPrinter();
  readonly #values = new PayloadPrinter();
  #seen = 0;
  #printed = 0;
  #closed = false;
  readonly #waiter = new RecordWaiter();

  constructor(options: PrintQueryOptions) {
    this.#options = options;
    this.queryId = options.queryId;
    this.#positions = options.topic.partitions.map((partition) =>
      options.fromBeginning ? partition.startOffset : partition.stableEndOffset,
    );
  }

  async next(): Promise<QueryBatch | null> {
    for (;;) {
      const { limit } = this.#options;
      if (this.#closed || (limit !== null && this.#printed >= limit)) {
        await this.close();
        return null;
      }
      const lines = await this.#read();
      if (lines.length > 0) {
        const allowed = limit === null ? lines : lines.slice(0, limit - this.#printed);
        this.#printed += allowed.length;
        return { kind: 'lines', lines: allowed };
      }
      if (!this.#behind()) await this.#available();
    }
  }

  #behind(): boolean {
    return this.#options.topic.partitions.some(
      (partition, index) => (this.#positions[index] as number) < partition.stableEndOffset,
    );
  }

  async #read(): Promise<string[]> {
    const lines: string[] = [];
    for (const [index, partition] of this.#options.topic.partitions.entries()) {
      const offset = this.#positions[index] as number;
      if (offset >= partition.stableEndOffset) continue;
      const read = await partition.read({ offset, bytesMax: READ_BYTES, isolation: 'committed' });
      this.#positions[index] = read.nextOffset;
      for (const batch of read.batches) this.#print(batch, { offset, partition }, lines);
    }
    return lines;
  }

  #print(
    batch: Buffer,
    { offset, partition }: { offset: number; partition: Partition },
    lines: string[],
  ): void {
    const cursor = new RecordCursor(batch);
    while (cursor.next()) {
      if (cursor.offset < offset || this.#seen++ % this.#options.interval !== 0) continue;
      const key = cursor.keyStart < 0 ? null : batch.subarray(cursor.keyStart, cursor.keyEnd);
      const value =
        cursor.valueStart < 0 ? null : batch.subarray(cursor.valueStart, cursor.valueEnd);
      lines.push(
        `rowtime: ${formatRowtime(cursor.timestamp)}, key: ${this.#keys.print(key)}, ` +
          `value: ${this.#values.print(value)}, partition: ${partition.index}`,
      );
    }
  }

  /** @throws the error of a partition that has failed or was deleted; the query is over then. */
  async #available(): Promise<void> {
    const positions = this.#options.topic.partitions.map((partition, index) => {
      return { partition, offset: this.#positions[index] as number };
    });
    try {
      await this.#waiter.wait(positions);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#waiter.wake();
    this.#options.onClose();
  }
}

/** `2024/01/31 10:00:00.000 Z`; N/A for a record without a timestamp. */
function formatRowtime(timestamp: number): string {
  if (timestamp < 0 || timestamp > 8.64e15) return 'N/A';
  return `${new Date(timestamp).toISOString().slice(0, -1).replaceAll('-', '/').replace('T', ' ')} Z`;
}
