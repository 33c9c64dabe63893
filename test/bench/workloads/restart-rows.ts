import { createHash } from 'node:crypto';

const DIGESTS = 12;

export function keyAt(index: number): string {
  return `key-${index}`;
}

/** About a KiB that does not compress, always the same for a key. */
export function valueOf(key: string): string {
  let text = '';
  for (let i = 0; i < DIGESTS; i++) {
    text += createHash('sha512').update(`${key} ${i}`).digest('base64');
  }
  return text;
}
