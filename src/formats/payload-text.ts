import { isUtf8 } from 'node:buffer';
import { DeserializationError } from './format.ts';

/**
 * The text of UTF-8 bytes.
 * @throws DeserializationError when they are not UTF-8: replacing them would make different texts equal.
 */
export function decodeText(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start, end);
  // Only malformed bytes and the character itself decode to U+FFFD: rarely is there anything to check.
  if (text.includes('\uFFFD') && !isUtf8(bytes.subarray(start, end))) {
    throw new DeserializationError('A text of the payload is not valid UTF-8');
  }
  return text;
}

const SHOWN_MAX = 60;

/** What a message shows of a text from a payload: it may be a megabyte long. */
export function shorten(text: string): string {
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
}
