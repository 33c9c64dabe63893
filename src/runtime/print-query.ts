import type { QueryBatch, QueryResult } from '../engine.ts';
import type { Partition, Topic } from '../log/log.ts';
import { RecordCursor } from '../log/record-cursor.ts';
import { SchemaNeeded } from '../formats/registered-schema.ts';
import type { SchemaCache } from '../formats/schema-cache.ts';
import { RecordWaiter } from './record-waiter.ts';
import { PayloadPrinter } from './payload-printer.ts';
import { keyReadings, valueReadings } from './payload-readings.ts';

const READ_BYTES = 64 * 1024;

export interface PrintQueryOptions {
  readonly queryId: string;
  readonly topic: Topic;
  readonly fromBeginning: boolean;
  /** Prints every n-th record, beginning with the first. */
  readonly interval: number;
  readonly limit: number | null;
  /** Where the schemas are that payloads name. */
  readonly schemas: SchemaCache;
  onClose(): void;
}

/**
 * PRINT: the records of a topic as lines of text, whatever is in them. Formats are guessed from the bytes printed so far.
 */
export class PrintQuery implements QueryResult {
  readonly kind = 'print';
  readonly closable = true;
  readonly columns = [];
  readonly finalMessage = null;
  readonly queryId: string;
  readonly #options: PrintQueryOptions;
  readonly #positions: number[];
  readonly #keys: PayloadPrinter;
  readonly #values: PayloadPrinter;
  #seen = 0;
  #printed = 0;
  #closed = false;
  readonly #waiter = new RecordWaiter();

  constructor(options: PrintQueryOptions) {
    this.#options = options;
    this.queryId = options.queryId;
    this.#keys = new PayloadPrinter(keyReadings(options.schemas));
    this.#values = new PayloadPrinter(valueReadings(options.schemas));
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
        this.#printed += lines.length;
        const formats = { key: this.#keys.formats, value: this.#values.formats };
        return { kind: 'lines', lines, formats };
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
    const { limit, topic, schemas } = this.#options;
    const lines: string[] = [];
    const countMax = limit === null ? Infinity : limit - this.#printed;
    for (const [index, partition] of topic.partitions.entries()) {
      const offset = this.#positions[index] as number;
      if (offset >= partition.stableEndOffset) continue;
      const read = await partition.read({ offset, bytesMax: READ_BYTES, isolation: 'committed' });
      this.#positions[index] = read.nextOffset;
      for (const batch of read.batches) {
        await this.#print(batch, { offset, partition, countMax, lines });
      }
    }
    schemas.forgetMissing();
    return lines;
  }

  async #print(
    batch: Buffer,
    {
      offset,
      partition,
      countMax,
      lines,
    }: { offset: number; partition: Partition; countMax: number; lines: string[] },
  ): Promise<void> {
    const cursor = new RecordCursor(batch);
    while (lines.length < countMax && cursor.next()) {
      if (cursor.offset < offset || this.#seen++ % this.#options.interval !== 0) continue;
      const key = cursor.keyStart < 0 ? null : batch.subarray(cursor.keyStart, cursor.keyEnd);
      const value =
        cursor.valueStart < 0 ? null : batch.subarray(cursor.valueStart, cursor.valueEnd);
      const rowtime = formatRowtime(cursor.timestamp);
      const keyText = await this.#text(this.#keys, key);
      const valueText = await this.#text(this.#values, value);
      lines.push(
        `rowtime: ${rowtime}, key: ${keyText}, value: ${valueText}, partition: ${partition.index}`,
      );
    }
  }

  /** Fetches the schemas that the payload may name, one for each format that could be meant. */
  async #text(printer: PayloadPrinter, payload: Buffer | null): Promise<string> {
    for (;;) {
      try {
        return printer.print(payload);
      } catch (error) {
        if (!(error instanceof SchemaNeeded)) throw error;
        await this.#options.schemas.load(error.id);
      }
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
