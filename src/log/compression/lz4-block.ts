// Hot path: once per byte of a compressed batch.

/*
 * An LZ4 block is a sequence of: a token (upper four bits: count of literals, lower four: length of the match - 4, 15
 * standing for more in the bytes that follow, up to one below 255), the literals, the distance of the match (2 bytes,
 * little-endian), more of its length. The last sequence has literals only.
 */
const MATCH_MIN = 4;
/** The last match begins this far before the end, and the last five bytes are literals. */
const MATCH_MARGIN = 12;
const LITERALS_AT_END = 5;
const DISTANCE_MAX = 65_535;
const HASH_BITS = 14;
const HASH_PRIME = 0x9e3779b1;

/** Positions + 1 by hash of four bytes; one table serves all calls, which are synchronous. */
const table = new Int32Array(1 << HASH_BITS);

/** Most bytes a block of so many can take. */
export function lz4BlockBytesMax(length: number): number {
  return length + Math.ceil(length / 255) + 16;
}

/** Compresses into `target`, which has room for `lz4BlockBytesMax`; returns the bytes written. */
export function compressLz4Block(source: Buffer, target: Buffer): number {
  table.fill(0);
  const { length } = source;
  const matchLimit = length - MATCH_MARGIN;
  let at = 0;
  let anchor = 0;
  let out = 0;
  let misses = 1 << 6;
  while (at < matchLimit) {
    const word = source.readInt32LE(at);
    const slot = Math.imul(word, HASH_PRIME) >>> (32 - HASH_BITS);
    const candidate = table[slot]! - 1;
    table[slot] = at + 1;
    const isMatch =
      candidate >= 0 && at - candidate <= DISTANCE_MAX && source.readInt32LE(candidate) === word;
    if (!isMatch) {
      // The longer nothing matches, the larger the steps: what does not compress costs little.
      at += misses++ >> 6;
      continue;
    }
    misses = 1 << 6;
    let end = at + MATCH_MIN;
    const endMax = length - LITERALS_AT_END;
    for (let from = candidate + MATCH_MIN; end < endMax && source[end] === source[from]; from++) {
      end++;
    }
    out = writeSequence(source, { anchor, at, target, out, matchLength: end - at - MATCH_MIN });
    target[out++] = (at - candidate) & 0xff;
    target[out++] = (at - candidate) >>> 8;
    out = writeMore(target, out, end - at - MATCH_MIN);
    at = end;
    anchor = end;
  }
  return writeSequence(source, { anchor, at: length, target, out, matchLength: 0 });
}

/** The token and the literals; the caller adds the match. */
function writeSequence(
  source: Buffer,
  sequence: { anchor: number; at: number; target: Buffer; out: number; matchLength: number },
): number {
  const { anchor, at, target, matchLength } = sequence;
  const literals = at - anchor;
  let out = sequence.out;
  target[out++] = (Math.min(literals, 15) << 4) | Math.min(matchLength, 15);
  out = writeMore(target, out, literals);
  source.copy(target, out, anchor, at);
  return out + literals;
}

function writeMore(target: Buffer, at: number, length: number): number {
  let out = at;
  if (length < 15) return out;
  let rest = length - 15;
  for (; rest >= 255; rest -= 255) target[out++] = 255;
  target[out++] = rest;
  return out;
}

/**
 * Decompresses a block to `target` from `start` on, where earlier blocks of the same stream may lie before it.
 * @returns where the output ends; -1 when the block is no such block or has no room.
 */
export function decompressLz4Block(source: Buffer, target: Buffer, start: number): number {
  const { length } = source;
  let at = 0;
  let out = start;
  while (at < length) {
    const token = source[at++]!;
    let literals = token >>> 4;
    if (literals === 15) {
      for (let more = 255; more === 255; literals += more) {
        if (at >= length) return -1;
        more = source[at++]!;
      }
    }
    if (at + literals > length || out + literals > target.length) return -1;
    source.copy(target, out, at, at + literals);
    at += literals;
    out += literals;
    if (at === length) return out;
    if (at + 2 > length) return -1;
    const distance = source[at]! | (source[at + 1]! << 8);
    at += 2;
    let matchLength = (token & 15) + MATCH_MIN;
    if ((token & 15) === 15) {
      for (let more = 255; more === 255; matchLength += more) {
        if (at >= length) return -1;
        more = source[at++]!;
      }
    }
    const from = out - distance;
    if (distance === 0 || from < 0 || out + matchLength > target.length) return -1;
    // Byte by byte: a match may reach into what it writes.
    for (let i = 0; i < matchLength; i++) target[out + i] = target[from + i]!;
    out += matchLength;
  }
  return -1;
}
