import * as fc from 'fast-check';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { compress } from 'snappyjs';
import { expect, test } from 'vitest';
import { compressBatch, decompressBatch } from '../../src/log/batch-compression.ts';
import { codecs } from '../../src/log/compression/index.ts';
import { compressLz4 } from '../../src/log/compression/lz4-frame.ts';
import { compressionOf, replaceRecords, validateBatch } from '../../src/log/record-batch.ts';
import { batchOf, batchOfBytes, recordsOf } from './batches.ts';

const MIB = 1 << 20;

test.each(codecs)('$name gives back what it was given', async (codec) => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300_000, size: 'max' }),
    fc
      .array(fc.constantFrom('abc', 'x', ' ', '12345678'), { maxLength: 60_000, size: 'max' })
      .map((words) => Buffer.from(words.join(''))),
  );
  await fc.assert(
    fc.asyncProperty(bytes, async (source) => {
      const packed = Buffer.from(await codec.compress(Buffer.from(source)));
      expect(codec.decompress(packed, 4 * MIB).equals(source)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test.each(codecs)('$name refuses damage with an error, never with a crash', (codec) => {
  const source = Buffer.from('some words and some more words '.repeat(500));
  return fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      fc.boolean(),
      async (at, flip, isCut) => {
        let packed = Buffer.from(await codec.compress(source));
        if (isCut) packed = packed.subarray(0, at % packed.length);
        else packed[at % packed.length]! ^= flip;
        try {
          expect(codec.decompress(packed, MIB).length).toBeLessThanOrEqual(MIB);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      },
    ),
    { numRuns: 200 },
  );
});

test.each(codecs)('a batch with $name keeps its offsets, times and checksum', async ({ name }) => {
  const batch = batchOf(Array.from({ length: 200 }, (_, i) => `value ${i % 10}`));
  const packed = await compressBatch(batch, name);
  expect(compressionOf(packed)).toBe(name);
  expect(packed.length).toBeLessThan(batch.length);
  validateBatch(packed);
  expect(decompressBatch(packed)).toEqual(batch);
  expect(recordsOf([decompressBatch(packed)])[199]).toBe('199:value 9');
});

test('what unfolds to a hundred times its size and more than a MiB is refused', async () => {
  for (const { name } of codecs) {
    const bomb = await compressBatch(batchOfBytes(50 * MIB), name);
    // Snappy and LZ4 cannot pack that tightly.
    if (bomb.length * 100 > 50 * MIB) continue;
    expect(() => decompressBatch(bomb)).toThrow(/cannot be decompressed to at most \d+/);
  }
});

test('what unfolds to more than 64 MiB is refused, however it was packed', () => {
  const content = Buffer.alloc(65 * MIB, 'a');
  for (let i = 0; i < content.length; i += 64) content[i] = i >>> 6;
  const batch = batchOf(['a']);
  const packed = [
    { compression: 1, records: gzipSync(content, { level: 1 }) },
    { compression: 2, records: Buffer.from(compress(content)) },
    { compression: 3, records: compressLz4(content) },
    { compression: 4, records: zstdCompressSync(content) },
  ];
  for (const { compression, records } of packed) {
    const large = replaceRecords(batch, { records, compression });
    expect(() => decompressBatch(large)).toThrow(/cannot be decompressed/);
  }
});
