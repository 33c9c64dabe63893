import { compressLz4Block, decompressLz4Block, lz4BlockBytesMax } from './lz4-block.ts';
import { xxhash32 } from './xxhash32.ts';

/*
 * | bytes | field                                                                                              |
 * |-------|----------------------------------------------------------------------------------------------------|
 * | 4     | 0x184D2204, little-endian like all of it                                                            |
 * | 1     | flags: bits 6-7 version 1, 5 blocks are independent, 4 block checksums, 3 content size, 2 content checksum, 0 dictionary id |
 * | 1     | bits 4-6: most bytes of a block, 64 KiB << 2 * (n - 4)                                              |
 * | 0/8   | content size                                                                                       |
 * | 1     | second byte of the XXH32 of flags up to here                                                        |
 * |       | blocks: 4 bytes size (top bit: not compressed), data, 0/4 bytes checksum; a size of 0 ends them      |
 * | 0/4   | XXH32 of the content                                                                                |
 */
const MAGIC = 0x184d2204;
const VERSION = 1 << 6;
const INDEPENDENT = 1 << 5;
const BLOCK_CHECKSUM = 1 << 4;
const CONTENT_SIZE = 1 << 3;
const CONTENT_CHECKSUM = 1 << 2;
const DICTIONARY = 1;
/** 64 KiB blocks, as Kafka's producers have. */
const BLOCK_SIZE_CODE = 4;
const BLOCK_BYTES = 64 << 10;
const UNCOMPRESSED = 2 ** 31;
const SIZE_BYTES_START = 4 * BLOCK_BYTES;

/** The bytes as one LZ4 frame of independent blocks. */
export function compressLz4(source: Buffer): Buffer {
  const blockCount = Math.ceil(source.length / BLOCK_BYTES);
  const target = Buffer.allocUnsafe(
    7 + blockCount * 4 + lz4BlockBytesMax(source.length) + blockCount * 16 + 4,
  );
  target.writeUInt32LE(MAGIC, 0);
  target[4] = VERSION | INDEPENDENT;
  target[5] = BLOCK_SIZE_CODE << 4;
  target[6] = (xxhash32(target.subarray(4, 6)) >>> 8) & 0xff;
  let out = 7;
  for (let at = 0; at < source.length; at += BLOCK_BYTES) {
    const block = source.subarray(at, at + BLOCK_BYTES);
    const size = compressLz4Block(block, target.subarray(out + 4));
    if (size < block.length) {
      target.writeUInt32LE(size, out);
      out += 4 + size;
    } else {
      target.writeUInt32LE(UNCOMPRESSED + block.length, out);
      out += 4 + block.copy(target, out + 4);
    }
  }
  target.writeUInt32LE(0, out);
  return target.subarray(0, out + 4);
}

/**
 * The content of an LZ4 frame of at most `bytesMax` bytes.
 * @throws RangeError saying what is wrong with it.
 */
export function decompressLz4(source: Buffer, bytesMax: number): Buffer {
  let at = 0;
  const take = (count: number): number => {
    const start = at;
    if (at + count > source.length) throw new RangeError('the LZ4 frame ends too early');
    at += count;
    return start;
  };
  if (source.readUInt32LE(take(4)) !== MAGIC) throw new RangeError('it is no LZ4 frame');
  const flags = source[take(1)]!;
  const blockCode = (source[take(1)]! >>> 4) & 7;
  if (flags >>> 6 !== 1) throw new RangeError(`LZ4 frame version ${flags >>> 6} is unknown`);
  if ((flags & DICTIONARY) !== 0) throw new RangeError('the LZ4 frame needs a dictionary');
  if (blockCode < 4) throw new RangeError(`LZ4 block size ${blockCode} is unknown`);
  if ((flags & CONTENT_SIZE) !== 0) take(8);
  // Old Kafka clients computed the header checksum over too many bytes; the CRC of the batch covers it anyway.
  take(1);
  const blockBytesMax = BLOCK_BYTES << (2 * (blockCode - 4));
  let target = Buffer.allocUnsafe(
    Math.min(bytesMax, Math.max(SIZE_BYTES_START, source.length * 4)),
  );
  let length = 0;
  for (;;) {
    const word = source.readUInt32LE(take(4));
    if (word === 0) break;
    const isPlain = word >= UNCOMPRESSED;
    const size = isPlain ? word - UNCOMPRESSED : word;
    const start = take(size);
    const block = source.subarray(start, start + size);
    const needed = length + (isPlain ? size : blockBytesMax);
    if (needed > target.length && target.length < bytesMax) {
      const larger = Buffer.allocUnsafe(Math.min(bytesMax, Math.max(needed, target.length * 2)));
      target.copy(larger, 0, 0, length);
      target = larger;
    }
    const room = target.subarray(0, Math.min(target.length, needed));
    const end = isPlain ? copyBlock(block, room, length) : decompressLz4Block(block, room, length);
    if (end < 0) throw new RangeError(`an LZ4 block is damaged or goes beyond ${bytesMax} bytes`);
    length = end;
    if ((flags & BLOCK_CHECKSUM) !== 0) {
      const checksum = source.readUInt32LE(take(4));
      if (checksum !== xxhash32(block)) throw new RangeError('an LZ4 block has another checksum');
    }
  }
  const content = target.subarray(0, length);
  if ((flags & CONTENT_CHECKSUM) !== 0 && source.readUInt32LE(take(4)) !== xxhash32(content)) {
    throw new RangeError('the content of the LZ4 frame has another checksum');
  }
  return content;
}

function copyBlock(block: Buffer, target: Buffer, at: number): number {
  if (at + block.length > target.length) return -1;
  return at + block.copy(target, at);
}
