// Hot path: once per text that is read.
import { decodeText } from './payload-text.ts';

const ENTRIES = 65_536;
/** Spreads a hash over the entries: the upper 16 bits of the product. */
const HASH_FACTOR = 0x9e3779b1;
const HASH_SHIFT = 16;

/** Longer texts are less likely to come again, and dearer to compare. */
export const CACHED_LENGTH_MAX = 32;

/**
 * Recently read texts, shared by all decoders so that there is one bound on the memory: nothing but speed depends on
 * what is in it.
 */
const entries: string[] = Array.from({ length: ENTRIES }, () => '');

/**
 * The hash of the text that last found another one in its entry. Only a text that comes a second time is kept: texts that
 * never come again, such as the ids of events, would all outlive the young generation, which makes them many times as dear.
 */
const candidates = new Int32Array(ENTRIES);

/** The length of each text, which lies closer at hand than the text. */
const lengths = new Uint8Array(ENTRIES);

/** The bytes of each text: looking at them is much faster than at the characters of a string. */
const spellings = new Uint8Array(ENTRIES * CACHED_LENGTH_MAX);

/**
 * The text of at most {@link CACHED_LENGTH_MAX} ASCII bytes, the same string as last time if possible. Streams repeat
 * their texts (ids, pages, states); giving one out again costs a comparison instead of an allocation and, later, a hash
 * in every Map it is looked up in.
 *
 * @param hash of the bytes, one after the other: `hash = (hash << 5 | hash >>> 27) ^ byte`, which takes two cycles a byte.
 */
export function readCachedText(bytes: Buffer, start: number, end: number, hash: number): string {
  const slot = Math.imul(hash, HASH_FACTOR) >>> HASH_SHIFT;
  if (lengths[slot] === end - start) {
    let at = start;
    let spelled = slot * CACHED_LENGTH_MAX;
    while (at < end && spellings[spelled] === bytes[at]) {
      at++;
      spelled++;
    }
    if (at === end) return entries[slot]!;
  }
  const read = bytes.toString('latin1', start, end);
  if (candidates[slot] === hash) remember(read, { bytes, start, end, slot });
  else candidates[slot] = hash;
  return read;
}

function remember(
  text: string,
  { bytes, start, end, slot }: { bytes: Buffer; start: number; end: number; slot: number },
): void {
  let spelled = slot * CACHED_LENGTH_MAX;
  for (let at = start; at < end; at++) spellings[spelled++] = bytes[at]!;
  entries[slot] = text;
  lengths[slot] = end - start;
}

/**
 * The text of UTF-8 bytes whose length is known, through the cache when it is short and ASCII.
 * @throws DeserializationError when the bytes are not UTF-8.
 */
export function readShortText(bytes: Buffer, start: number, end: number): string {
  if (end - start > CACHED_LENGTH_MAX) return decodeText(bytes, start, end);
  let hash = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte > 0x7f) return decodeText(bytes, start, end);
    hash = ((hash << 5) | (hash >>> 27)) ^ byte;
  }
  return readCachedText(bytes, start, end, hash);
}
