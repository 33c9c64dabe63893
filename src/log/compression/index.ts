import { promisify } from 'node:util';
import { constants, gunzipSync, gzip, zstdCompress, zstdDecompressSync } from 'node:zlib';
import type { Compression } from '../topic-settings.ts';
import { compressLz4, decompressLz4 } from './lz4-frame.ts';
import { compressSnappy, decompressSnappy } from './snappy.ts';

/** One way to compress the records of a batch. */
export interface Codec {
  readonly name: Exclude<Compression, 'none'>;
  /** In the attributes of a batch. */
  readonly code: number;
  compress(source: Buffer): Buffer | Promise<Buffer>;
  /** @throws an error saying what is wrong; RangeError among others when the content is larger than `bytesMax`. */
  decompress(source: Buffer, bytesMax: number): Buffer;
}

const gzipped = promisify(gzip) as (source: Buffer) => Promise<Buffer>;
const zstdCompressed = promisify(zstdCompress) as (
  source: Buffer,
  options: object,
) => Promise<Buffer>;
const ZSTD_OPTIONS = { params: { [constants.ZSTD_c_compressionLevel]: 3 } };

/** All of them. */
export const codecs: readonly Codec[] = [
  {
    name: 'gzip',
    code: 1,
    compress: (source) => gzipped(source),
    decompress: (source, bytesMax) => gunzipSync(source, { maxOutputLength: bytesMax }),
  },
  { name: 'snappy', code: 2, compress: compressSnappy, decompress: decompressSnappy },
  { name: 'lz4', code: 3, compress: compressLz4, decompress: decompressLz4 },
  {
    name: 'zstd',
    code: 4,
    compress: (source) => zstdCompressed(source, ZSTD_OPTIONS),
    decompress: (source, bytesMax) => zstdDecompressSync(source, { maxOutputLength: bytesMax }),
  },
];
