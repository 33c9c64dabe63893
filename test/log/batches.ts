import type { Partition, ReadOptions, ReadResult } from '../../src/log/log.ts';
import { RecordBatchWriter } from '../../src/log/record-batch.ts';
import type { BatchOptions } from '../../src/log/record-batch.ts';
import { RecordCursor } from '../../src/log/record-cursor.ts';

/** A batch with one record for each value, the first of them at `timestamp`, each a millisecond later. */
export function batchOf(
  values: readonly string[],
  { timestamp = 1000, ...options }: BatchOptions & { readonly timestamp?: number } = {},
): Buffer {
  const writer = new RecordBatchWriter();
  writer.begin(options);
  for (const [i, value] of values.entries()) writer.append(timestamp + i, null, Buffer.from(value));
  return writer.finish();
}

/** A batch of one record whose value takes `bytes` bytes. */
export function batchOfBytes(bytes: number, options: BatchOptions = {}): Buffer {
  return batchOf(['x'.repeat(bytes)], options);
}

/** The same for a transaction. */
export function transactionalBatch(
  values: readonly string[],
  { producerId, baseSequence = 0 }: { readonly producerId: number; readonly baseSequence?: number },
): Buffer {
  return batchOf(values, { producerId, producerEpoch: 0, baseSequence, transactional: true });
}

/** The records of batches as `offset:value`, those below `from` left out. */
export function recordsOf(batches: readonly Buffer[], from = 0): string[] {
  const records: string[] = [];
  const cursor = new RecordCursor();
  for (const batch of batches) {
    cursor.reset(batch);
    cursor.skipTo(from);
    while (cursor.next()) {
      const value = cursor.buffer.toString('utf8', cursor.valueStart, cursor.valueEnd);
      records.push(`${cursor.offset}:${value}`);
    }
  }
  return records;
}

/** Everything from `offset` on, read in portions of `bytesMax`. */
export async function readAll(
  partition: Partition,
  options: Partial<ReadOptions> = {},
): Promise<string[]> {
  const { offset = 0, isolation = 'appended', bytesMax = 1 << 20 } = options;
  const end = isolation === 'committed' ? partition.stableEndOffset : partition.endOffset;
  const records: string[] = [];
  let next = offset;
  while (next < end) {
    const result: ReadResult = await partition.read({
      ...options,
      offset: next,
      isolation,
      bytesMax,
    });
    records.push(...recordsOf(result.batches, next));
    next = result.nextOffset;
  }
  return records;
}
