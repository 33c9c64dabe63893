import { BYTES, STRING, type Value } from '../../sql/types.ts';
import { overload, parameter, type ScalarFunction } from '../function.ts';
import { STRINGS, STRINGS_BY_NAME } from './collection-types.ts';

export const split: ScalarFunction = {
  name: 'SPLIT',
  displayName: 'split',
  category: 'STRING',
  description:
    'The pieces of a text (or byte string) between the delimiters, empty ones too. An empty delimiter ' +
    'gives the single characters or bytes.',
  examples: [
    { sql: "SPLIT('a,b,c', ',')[2]", result: "'b'" },
    { sql: "SPLIT('abc', '')[3]", result: "'c'" },
  ],
  overloads: [
    overload([parameter('text', STRING), parameter('delimiter', STRING)], STRINGS, splitText),
    overload(
      [parameter('bytes', BYTES), parameter('delimiter', BYTES)],
      { kind: 'ARRAY', element: BYTES },
      splitBytes,
    ),
  ],
};

function splitText(text: string, delimiter: string): string[] {
  if (delimiter === '' && text === '') return [''];
  return text.split(delimiter);
}

function splitBytes(bytes: Uint8Array, delimiter: Uint8Array): Uint8Array[] {
  if (bytes.length === 0) return [bytes];
  if (delimiter.length === 0) return Array.from(bytes, (byte) => Uint8Array.of(byte));
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pieces: Uint8Array[] = [];
  let start = 0;
  for (;;) {
    const end = whole.indexOf(delimiter, start);
    if (end < 0) break;
    pieces.push(bytes.slice(start, end));
    start = end + delimiter.length;
  }
  pieces.push(bytes.slice(start));
  return pieces;
}

export const splitToMap: ScalarFunction = {
  name: 'SPLIT_TO_MAP',
  displayName: 'split_to_map',
  category: 'STRING',
  description:
    'A map of the entries in a text, given what stands between entries and what between a key and its ' +
    'value. Entries without a value are left out; of two with one key the later counts. Null when a ' +
    'separator is empty or both are equal.',
  examples: [{ sql: "SPLIT_TO_MAP('a=1&b=2', '&', '=')['b']", result: "'2'" }],
  overloads: [
    overload(
      [
        parameter('text', STRING),
        parameter('entrySeparator', STRING),
        parameter('valueSeparator', STRING),
      ],
      STRINGS_BY_NAME,
      entriesOf,
    ),
  ],
};

function entriesOf(
  text: string,
  entrySeparator: string,
  valueSeparator: string,
): Map<Value, Value> | null {
  if (entrySeparator === '' || valueSeparator === '' || entrySeparator === valueSeparator) {
    return null;
  }
  const entries = new Map<Value, Value>();
  for (const entry of text.split(entrySeparator)) {
    const [key, value] = entry.split(valueSeparator, 2);
    if (key !== undefined && value !== undefined) entries.set(key, value);
  }
  return entries;
}
