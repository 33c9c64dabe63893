// Hot path: once per text that is read.
import { decodeText } from './payload-text.ts';

const ENTRIES = 65_536;

/** Longer texts are less likely to come again, and dearer to compare. */
export const CACHED_LENGTH_MAX = 24;

/**
 * Recently read texts, shared by all decoders so that there is one bound on the memory: nothing but speed depends on
 * what is in it.
 */
const entries: string[] = Array.from({ length: ENTRIES }, () => '');

/** The bytes of each text: looking at them is much faster than at the characters of a string. */
const spellings = new Uint8Array(ENTRIES * CACHED_LENGTH_MAX);

/**
 * The text of at most {@link CACHED_LENGTH_MAX} ASCII bytes, the same string as last time if possible. Streams repeat
 * their texts (ids, pages, states); giving one out again costs a comparison instead of an allocation and, later, a hash
 * in every Map it is looked up in. A text replaces the one whose hash falls into the same entry.
 *
 * @param hash any function of the bytes.
 */
export function readCachedText(bytes: Buffer, start: number, end: number, hash: number): string {
  const slot = (hash ^ (hash >>> 15)) & (ENTRIES - 1);
  const text = entries[slot]!;
  if (text.length === end - start) {
    let at = start;
    let spelled = slot * CACHED_LENGTH_MAX;
    while (at < end && spellings[spelled] === bytes[at]) {
      at++;
      spelled++;
    }
    if (at === end) return text;
  }
  return remember(bytes, start, end, slot);
}

function remember(bytes: Buffer, start: number, end: number, slot: number): string {
  let spelled = slot * CACHED_LENGTH_MAX;
  for (let at = start; at < end; at++) spellings[spelled++] = bytes[at]!;
  return (entries[slot] = bytes.toString('latin1', start, end));
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
    hash = Math.imul(hash, 31) + byte;
  }
  return readCachedText(bytes, start, end, hash);
}
