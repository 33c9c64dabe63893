import { INTEGER, STRING } from '../../sql/types.ts';
import { parameter, type ScalarFunction } from '../function.ts';

export const field: ScalarFunction = {
  name: 'FIELD',
  displayName: 'field',
  category: 'STRING',
  description:
    'Which of the texts after the first equals it, counted from 1; 0 when none does. Null equals none.',
  examples: [
    { sql: "FIELD('b', 'a', 'b', 'c')", result: '2' },
    { sql: "FIELD('x', 'a', 'b', 'c')", result: '0' },
  ],
  overloads: [
    {
      parameters: [parameter('text', STRING, 'PASS'), parameter('texts', STRING, 'PASS')],
      variadic: true,
      returnType: () => INTEGER,
      create:
        () =>
        (text: string | null, ...texts: (string | null)[]) =>
          text === null ? 0 : texts.indexOf(text) + 1,
    },
  ],
};

export const elt: ScalarFunction = {
  name: 'ELT',
  displayName: 'elt',
  category: 'STRING',
  description: 'The text at a position among the others, counted from 1; null when there is none.',
  examples: [
    { sql: "ELT(2, 'a', 'b', 'c')", result: "'b'" },
    { sql: "ELT(4, 'a', 'b', 'c')", result: 'null' },
  ],
  overloads: [
    {
      parameters: [parameter('position', INTEGER, 'FAIL'), parameter('texts', STRING, 'PASS')],
      variadic: true,
      returnType: () => STRING,
      create:
        () =>
        (position: number, ...texts: (string | null)[]) =>
          texts[position - 1] ?? null,
    },
  ],
};
