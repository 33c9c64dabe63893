// Hot path: once per text that is read.

const ENTRIES = 65_536;

/**
 * Recently read texts, shared by all decoders so that there is one bound on the memory: nothing but speed depends on
 * what is in it.
 */
const entries: string[] = Array.from({ length: ENTRIES }, () => '');

/**
 * The text of some ASCII bytes, the same string as last time if possible. Streams repeat their texts (ids, pages,
 * states); giving one out again costs a comparison instead of an allocation and, later, a hash in every Map it is
 * looked up in. Meant for short texts. A text replaces the one whose hash falls into the same entry.
 *
 * @param hash any function of the bytes.
 */
export function readCachedText(bytes: Buffer, start: number, end: number, hash: number): string {
  const slot = (hash ^ (hash >>> 15)) & (ENTRIES - 1);
  const text = entries[slot]!;
  const length = end - start;
  if (text.length === length) {
    let i = 0;
    while (i < length && text.charCodeAt(i) === bytes[start + i]) i++;
    if (i === length) return text;
  }
  return (entries[slot] = bytes.toString('latin1', start, end));
}
