import { trimText } from '../../sql/trim-text.ts';
import { BYTES, INTEGER, STRING } from '../../sql/types.ts';
import { overload, parameter, type ScalarFunction } from '../function.ts';

export const ucase: ScalarFunction = {
  name: 'UCASE',
  displayName: 'ucase',
  category: 'STRING',
  description: 'The text in upper case.',
  examples: [{ sql: "UCASE('Straße')", result: "'STRASSE'" }],
  overloads: [overload([parameter('text', STRING)], STRING, (text: string) => text.toUpperCase())],
};

export const lcase: ScalarFunction = {
  name: 'LCASE',
  displayName: 'lcase',
  category: 'STRING',
  description: 'The text in lower case.',
  examples: [{ sql: "LCASE('MiXeD')", result: "'mixed'" }],
  overloads: [overload([parameter('text', STRING)], STRING, (text: string) => text.toLowerCase())],
};

const WORDS = /[^ \t\n\v\f\r]+[ \t\n\v\f\r]*/g;

export const initcap: ScalarFunction = {
  name: 'INITCAP',
  displayName: 'initcap',
  category: 'STRING',
  description:
    'The text with the first letter of each word in upper case and the others in lower case; blanks ' +
    'before the first word are left out.',
  examples: [{ sql: "INITCAP('the  quick bROWN fox')", result: "'The  Quick Brown Fox'" }],
  overloads: [
    overload([parameter('text', STRING)], STRING, (text: string) => {
      const words = text.toLowerCase().match(WORDS) ?? [];
      return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
    }),
  ],
};

export const trim: ScalarFunction = {
  name: 'TRIM',
  displayName: 'trim',
  category: 'STRING',
  description: 'The text without blanks and control characters (up to U+0020) at either end.',
  examples: [{ sql: "TRIM('  a b ')", result: "'a b'" }],
  overloads: [overload([parameter('text', STRING)], STRING, trimText)],
};

export const len: ScalarFunction = {
  name: 'LEN',
  displayName: 'len',
  category: 'STRING',
  description: 'The length of a text in UTF-16 units, or of a byte string in bytes.',
  examples: [
    { sql: "LEN('abc')", result: '3' },
    { sql: "LEN(CAST('AQI=' AS BYTES))", result: '2' },
  ],
  overloads: [
    overload([parameter('text', STRING)], INTEGER, (text: string) => text.length),
    overload([parameter('bytes', BYTES)], INTEGER, (bytes: Uint8Array) => bytes.length),
  ],
};
