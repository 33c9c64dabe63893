import { EvaluationError } from '../../sql/evaluation-error.ts';
import { BYTES, STRING } from '../../sql/types.ts';
import { overload, parameter, type ScalarFunction } from '../function.ts';
import { byteEncoding, bytesToText, textToBytes, type ByteEncoding } from './byte-encoding.ts';

export const encode: ScalarFunction = {
  name: 'ENCODE',
  displayName: 'encode',
  category: 'STRING',
  description:
    "A text in one encoding written in another: 'hex', 'utf8', 'ascii' or 'base64'. Hexadecimal input " +
    "may also be written 0x1f or x'1f'.",
  examples: [
    { sql: "ENCODE('Hello', 'ascii', 'hex')", result: "'48656c6c6f'" },
    { sql: "ENCODE('0x48656c6c6f', 'hex', 'utf8')", result: "'Hello'" },
    { sql: "ENCODE('Hello', 'utf8', 'base64')", result: "'SGVsbG8='" },
  ],
  overloads: [
    overload(
      [parameter('text', STRING), parameter('from', STRING), parameter('to', STRING)],
      STRING,
      (text: string, fromName: string, toName: string) => {
        const from = byteEncoding('ENCODE', fromName);
        const to = byteEncoding('ENCODE', toName);
        if (from === to) {
          throw new EvaluationError(
            `ENCODE needs two different encodings, but found ${from} twice`,
          );
        }
        return bytesToText(readLeniently(text, from), to);
      },
    ),
  ],
};

const HEX_PREFIX = /^0x/i;
const HEX_QUOTED = /^x'(.*)'$/is;

function readLeniently(text: string, encoding: ByteEncoding): Uint8Array {
  if (encoding === 'base64') return new Uint8Array(Buffer.from(text, 'base64'));
  return textToBytes(encoding === 'hex' ? hexDigits(text) : text, encoding);
}

function hexDigits(text: string): string {
  if (HEX_PREFIX.test(text)) return text.length % 2 === 0 ? text.slice(2) : `0${text.slice(2)}`;
  return HEX_QUOTED.exec(text)?.[1] ?? text;
}

export const fromBytes: ScalarFunction = {
  name: 'FROM_BYTES',
  displayName: 'from_bytes',
  category: 'STRING',
  description:
    "Bytes as a text in the encoding 'hex' (in upper case), 'utf8', 'ascii' or 'base64'.",
  examples: [
    { sql: "FROM_BYTES(CAST('q80=' AS BYTES), 'hex')", result: "'ABCD'" },
    { sql: "FROM_BYTES(TO_BYTES('Straße', 'utf8'), 'utf8')", result: "'Straße'" },
  ],
  overloads: [
    overload(
      [parameter('bytes', BYTES), parameter('encoding', STRING)],
      STRING,
      (bytes: Uint8Array, name: string) => {
        const encoding = byteEncoding('FROM_BYTES', name);
        const text = bytesToText(bytes, encoding);
        return encoding === 'hex' ? text.toUpperCase() : text;
      },
    ),
  ],
};

export const toBytes: ScalarFunction = {
  name: 'TO_BYTES',
  displayName: 'to_bytes',
  category: 'STRING',
  description:
    "The bytes that a text stands for in the encoding 'hex', 'utf8', 'ascii' or 'base64'. It is an error " +
    'when the text is not written in that encoding.',
  examples: [
    { sql: "LEN(TO_BYTES('00ff', 'hex'))", result: '2' },
    { sql: "TO_BYTES('AQI=', 'base64') = TO_BYTES('0102', 'hex')", result: 'true' },
  ],
  overloads: [
    overload(
      [parameter('text', STRING), parameter('encoding', STRING)],
      BYTES,
      (text: string, name: string) => textToBytes(text, byteEncoding('TO_BYTES', name)),
    ),
  ],
};
