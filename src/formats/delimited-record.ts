// Hot path: once per record.
import { DeserializationError } from './format.ts';

const QUOTE = '"';

/**
 * The fields of the first record of a CSV text, unquoted. Empty lines before it are skipped, whatever follows its
 * line break is ignored. A quote begins a quoted field only as its first character; inside one, two quotes stand for
 * one.
 *
 * @throws DeserializationError when there is no record, or a quoted field does not end or has text behind it.
 */
export function parseDelimited(text: string, delimiter: string): string[] {
  let at = 0;
  while (isLineBreak(text[at])) at++;
  if (at === text.length) {
    throw new DeserializationError('The payload is empty, expected delimited fields');
  }
  const fields: string[] = [];
  for (;;) {
    const start = at;
    if (text[at] === QUOTE) {
      at = endOfQuoted(text, at);
      fields.push(text.slice(start + 1, at - 1).replaceAll('""', QUOTE));
      if (at < text.length && text[at] !== delimiter && !isLineBreak(text[at])) {
        throw new DeserializationError(
          `Found ${JSON.stringify(text[at])} behind the quoted field ${fields.length}, expected the ` +
            `delimiter ${JSON.stringify(delimiter)} or the end. Quotes inside of a field are doubled.`,
        );
      }
    } else {
      while (at < text.length && text[at] !== delimiter && !isLineBreak(text[at])) at++;
      fields.push(text.slice(start, at));
    }
    if (text[at] !== delimiter) return fields;
    at++;
  }
}

/** The index behind the closing quote of the field that begins at `start`. */
function endOfQuoted(text: string, start: number): number {
  let at = start + 1;
  for (;;) {
    const quote = text.indexOf(QUOTE, at);
    if (quote === -1) {
      throw new DeserializationError(`The quoted field at character ${start + 1} does not end`);
    }
    if (text[quote + 1] !== QUOTE) return quote + 1;
    at = quote + 2;
  }
}

/**
 * A field as it is written, quoted where a reader needs it. The first field of a record is quoted more often: an
 * empty line and a line that begins with a sign mean something else to some readers.
 */
export function formatDelimitedField(text: string, delimiter: string, isFirst: boolean): string {
  return needsQuotes(text, delimiter, isFirst) ? `"${text.replaceAll(QUOTE, '""')}"` : text;
}

function needsQuotes(text: string, delimiter: string, isFirst: boolean): boolean {
  if (text === '') return isFirst;
  const first = text.charCodeAt(0);
  if (first <= 0x23 || text.charCodeAt(text.length - 1) <= 0x20) return true;
  if (isFirst && !isLetterOrDigit(first)) return true;
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (character === delimiter || character === QUOTE || isLineBreak(character)) return true;
  }
  return false;
}

function isLetterOrDigit(code: number): boolean {
  const lower = code | 0x20;
  return (code >= 0x30 && code <= 0x39) || (code < 0x80 && lower >= 0x61 && lower <= 0x7a);
}

function isLineBreak(character: string | undefined): boolean {
  return character === '\n' || character === '\r';
}
