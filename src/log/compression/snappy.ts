import { compress, uncompress } from 'snappyjs';

/*
 * Snappy in batches is framed the way the library xerial does:
 *
 * | bytes | field                                                        |
 * |-------|--------------------------------------------------------------|
 * | 8     | 0x82 "SNAPPY" 0x00                                           |
 * | 4     | version 1, big-endian like the rest                          |
 * | 4     | oldest version that can read it: 1                           |
 * |       | blocks: 4 bytes size, a raw Snappy block of at most 32 KiB of content |
 *
 * Some producers write one raw block without the frame.
 */
const MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const HEADER_BYTES = 16;
const BLOCK_BYTES = 32 << 10;

/** The bytes as framed Snappy. */
export function compressSnappy(source: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  header.writeInt32BE(1, 8);
  header.writeInt32BE(1, 12);
  const parts = [header];
  for (let at = 0; at < source.length; at += BLOCK_BYTES) {
    const block = Buffer.from(compress(source.subarray(at, at + BLOCK_BYTES)));
    const size = Buffer.alloc(4);
    size.writeInt32BE(block.length);
    parts.push(size, block);
  }
  return Buffer.concat(parts);
}

/**
 * The content of framed or raw Snappy of at most `bytesMax` bytes.
 * @throws RangeError saying what is wrong with it.
 */
export function decompressSnappy(source: Buffer, bytesMax: number): Buffer {
  if (source.length < HEADER_BYTES || !source.subarray(0, MAGIC.length).equals(MAGIC)) {
    return decompressBlock(source, bytesMax);
  }
  const parts: Buffer[] = [];
  let length = 0;
  for (let at = HEADER_BYTES; at < source.length;) {
    if (at + 4 > source.length) throw new RangeError('the Snappy frame ends too early');
    const size = source.readInt32BE(at);
    const end = at + 4 + size;
    if (size < 1 || end > source.length) {
      throw new RangeError(`a Snappy block says it has ${size} bytes`);
    }
    const part = decompressBlock(source.subarray(at + 4, end), bytesMax - length);
    parts.push(part);
    length += part.length;
    at = end;
  }
  return Buffer.concat(parts, length);
}

function decompressBlock(block: Buffer, bytesMax: number): Buffer {
  // The length stands first; checked before anything is allocated by it.
  if (contentLength(block) > bytesMax) {
    throw new RangeError(`Snappy content is larger than ${bytesMax} bytes`);
  }
  try {
    return Buffer.from(uncompress(block, bytesMax));
  } catch (error) {
    throw new RangeError(`a Snappy block is damaged: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function contentLength(block: Buffer): number {
  let length = 0;
  for (let i = 0; i < 5; i++) {
    const byte = block[i];
    if (byte === undefined) break;
    length += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return length;
  }
  throw new RangeError('a Snappy block has no length');
}
