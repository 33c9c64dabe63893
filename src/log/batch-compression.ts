import { CorruptionError } from '../base/errors.ts';
import { codecs } from './compression/index.ts';
import {
  BATCH_HEADER_BYTES,
  compressionOf,
  describeBatch,
  isControl,
  replaceRecords,
} from './record-batch.ts';
import type { Compression } from './topic-settings.ts';

/** What the records of one compressed batch may unfold to. */
const CONTENT_BYTES_MAX = 64 << 20;
/** Real data does not compress better than this; what does is made to fill our memory. */
const RATIO_MAX = 100;
/** Below this the ratio says nothing: a few repeated rows compress any number of times. */
const RATIO_BYTES_MIN = 1 << 20;

/**
 * The batch with its records as they are uncompressed, and a checksum that fits; the same buffer when it is not
 * compressed.
 * @throws CorruptionError when the records cannot be decompressed, or unfold to more than 64 MiB or a hundred times
 *   their size.
 */
export function decompressBatch(batch: Buffer): Buffer {
  const name = compressionOf(batch);
  if (name === 'none') return batch;
  const codec = codecs.find((candidate) => candidate.name === name);
  if (codec === undefined) {
    throw new CorruptionError(`${describeBatch(batch)}: its compression is ${name}.`);
  }
  const source = batch.subarray(BATCH_HEADER_BYTES);
  const ratioBytesMax = Math.max(RATIO_BYTES_MIN, source.length * RATIO_MAX);
  const bytesMax = Math.min(CONTENT_BYTES_MAX, ratioBytesMax);
  let records: Buffer;
  try {
    records = codec.decompress(source, bytesMax);
  } catch (cause) {
    throw new CorruptionError(
      `${describeBatch(batch)}: ${source.length} bytes of ${name} cannot be decompressed to at most ${bytesMax}: ${(cause as Error).message}.`,
      { cause },
    );
  }
  return replaceRecords(batch, { records, compression: 0 });
}

/** The batch with its records compressed. Control batches and those that are compressed stay as they are. */
export async function compressBatch(batch: Buffer, compression: Compression): Promise<Buffer> {
  const codec = codecs.find(({ name }) => name === compression);
  if (codec === undefined || isControl(batch) || compressionOf(batch) !== 'none') return batch;
  const records = await codec.compress(batch.subarray(BATCH_HEADER_BYTES));
  return replaceRecords(batch, { records, compression: codec.code });
}
