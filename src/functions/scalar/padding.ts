import { BYTES, INTEGER, STRING } from '../../sql/types.ts';
import { overload, parameter, type ScalarFunction, type ScalarOverload } from '../function.ts';
import { checkSize } from './text-size.ts';

export const lpad: ScalarFunction = {
  name: 'LPAD',
  displayName: 'LPad',
  category: 'STRING',
  description:
    'A text (or byte string) of exactly the given length: cut on the right, or filled on the left with ' +
    'the padding, repeated. Null when the padding is empty or the length negative.',
  examples: [
    { sql: "LPAD('7', 3, '0')", result: "'007'" },
    { sql: "LPAD('stream', 3, '0')", result: "'str'" },
    { sql: "LPAD('a', 6, 'xyz')", result: "'xyzxya'" },
    { sql: "LPAD('a', 3, '')", result: 'null' },
  ],
  overloads: padOverloads(
    'LPAD',
    (text, padding) => padding + text,
    (bytes, padding) => [padding, bytes],
  ),
};

export const rpad: ScalarFunction = {
  name: 'RPAD',
  displayName: 'RPad',
  category: 'STRING',
  description:
    'A text (or byte string) of exactly the given length: cut on the right, or filled on the right with ' +
    'the padding, repeated. Null when the padding is empty or the length negative.',
  examples: [
    { sql: "RPAD('7', 3, '0')", result: "'700'" },
    { sql: "RPAD('stream', 3, '0')", result: "'str'" },
    { sql: "RPAD('a', -1, 'x')", result: 'null' },
  ],
  overloads: padOverloads(
    'RPAD',
    (text, padding) => text + padding,
    (bytes, padding) => [bytes, padding],
  ),
};

function padOverloads(
  name: string,
  joinTexts: (text: string, padding: string) => string,
  joinBytes: (bytes: Uint8Array, padding: Uint8Array) => readonly Uint8Array[],
): readonly ScalarOverload[] {
  return [
    overload(
      [parameter('text', STRING), parameter('length', INTEGER), parameter('padding', STRING)],
      STRING,
      (text: string, length: number, padding: string) => {
        if (length < 0 || padding === '') return null;
        if (length <= text.length) return text.slice(0, length);
        checkSize(name, length);
        const missing = length - text.length;
        return joinTexts(text, ''.padEnd(missing, padding));
      },
    ),
    overload(
      [parameter('bytes', BYTES), parameter('length', INTEGER), parameter('padding', BYTES)],
      BYTES,
      (bytes: Uint8Array, length: number, padding: Uint8Array) => {
        if (length < 0 || padding.length === 0) return null;
        if (length <= bytes.length) return bytes.slice(0, length);
        checkSize(name, length);
        const filling = new Uint8Array(length - bytes.length);
        for (let index = 0; index < filling.length; index++) {
          filling[index] = padding[index % padding.length]!;
        }
        return new Uint8Array(Buffer.concat(joinBytes(bytes, filling)));
      },
    ),
  ];
}
