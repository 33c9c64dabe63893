import { BYTES, INTEGER, STRING } from '../../sql/types.ts';
import { overload, parameter, type ScalarFunction } from '../function.ts';
import { checkSize } from './text-size.ts';

export const substring: ScalarFunction = {
  name: 'SUBSTRING',
  displayName: 'substring',
  category: 'STRING',
  description:
    'The part of a text (or byte string) from a position, counted from 1 or back from the end when ' +
    'negative, to the end or of the given length. Never an error: what is beyond the text is left out.',
  examples: [
    { sql: "SUBSTRING('stream', 2)", result: "'tream'" },
    { sql: "SUBSTRING('stream', 2, 3)", result: "'tre'" },
    { sql: "SUBSTRING('stream', -2)", result: "'am'" },
    { sql: "SUBSTRING('stream', 9)", result: "''" },
  ],
  overloads: [
    overload([parameter('text', STRING), parameter('position', INTEGER)], STRING, part<string>),
    overload(
      [parameter('text', STRING), parameter('position', INTEGER), parameter('length', INTEGER)],
      STRING,
      part<string>,
    ),
    overload([parameter('bytes', BYTES), parameter('position', INTEGER)], BYTES, part<Uint8Array>),
    overload(
      [parameter('bytes', BYTES), parameter('position', INTEGER), parameter('length', INTEGER)],
      BYTES,
      part<Uint8Array>,
    ),
  ],
};

function part<T extends string | Uint8Array>(whole: T, position: number, length = Infinity): T {
  const fromEnd = Math.max(0, whole.length + position);
  const start = position < 0 ? fromEnd : Math.max(0, position - 1);
  return whole.slice(start, start + Math.max(0, length)) as T;
}

export const instr: ScalarFunction = {
  name: 'INSTR',
  displayName: 'instr',
  category: 'STRING',
  description:
    'Where a text contains another, counted from 1; 0 when it does not. A third argument says where ' +
    'to start, from the end and going backwards when negative; a fourth which occurrence is meant.',
  examples: [
    { sql: "INSTR('corporate floor', 'or')", result: '2' },
    { sql: "INSTR('corporate floor', 'or', 4)", result: '5' },
    { sql: "INSTR('corporate floor', 'or', 4, 2)", result: '14' },
    { sql: "INSTR('corporate floor', 'or', -4)", result: '5' },
    { sql: "INSTR('corporate floor', 'or', -4, 2)", result: '2' },
    { sql: "INSTR('corporate floor', 'xy')", result: '0' },
  ],
  overloads: [
    overload(
      [parameter('text', STRING, 'PASS'), parameter('searched', STRING, 'PASS')],
      INTEGER,
      position,
    ),
    overload(
      [
        parameter('text', STRING, 'PASS'),
        parameter('searched', STRING, 'PASS'),
        parameter('start', INTEGER, 'FAIL'),
      ],
      INTEGER,
      position,
    ),
    overload(
      [
        parameter('text', STRING, 'PASS'),
        parameter('searched', STRING, 'PASS'),
        parameter('start', INTEGER, 'FAIL'),
        parameter('occurrence', INTEGER, 'FAIL'),
      ],
      INTEGER,
      position,
    ),
  ],
};

function position(text: string | null, searched: string | null, start = 1, occurrence = 1): number {
  if (text === null || searched === null) return 0;
  if (start === 0 || Math.abs(start) > text.length || occurrence < 1) return 0;
  return start > 0
    ? forward(text, searched, start - 1, occurrence)
    : backward(text, searched, text.length + start + 1, occurrence);
}

function forward(text: string, searched: string, from: number, occurrence: number): number {
  let index = text.indexOf(searched, from);
  for (let found = 1; index >= 0 && found < occurrence; found++) {
    if (index >= text.length) return 0;
    index = text.indexOf(searched, index + 1);
  }
  return index + 1;
}

/** @param end one past the last unit a match may cover. */
function backward(text: string, searched: string, end: number, occurrence: number): number {
  let from = end - searched.length;
  for (let found = 1; from >= 0; found++) {
    const index = text.lastIndexOf(searched, from);
    if (index < 0 || found === occurrence) return index + 1;
    from = index - 1;
  }
  return 0;
}

export const replace: ScalarFunction = {
  name: 'REPLACE',
  displayName: 'replace',
  category: 'STRING',
  description: 'The text with every occurrence of the second argument replaced by the third.',
  examples: [
    { sql: "REPLACE('a.b.c', '.', '--')", result: "'a--b--c'" },
    { sql: "REPLACE('aaa', 'aa', '$&')", result: "'$&a'" },
    { sql: "REPLACE('ab', '', '-')", result: "'-a-b-'" },
  ],
  overloads: [
    overload(
      [parameter('text', STRING), parameter('searched', STRING), parameter('replacement', STRING)],
      STRING,
      replaceAll,
    ),
  ],
};

function replaceAll(text: string, searched: string, replacement: string): string {
  if (searched === '') {
    checkSize('REPLACE', text.length + (text.length + 1) * replacement.length);
    return ['', ...text.split(''), ''].join(replacement);
  }
  const pieces = text.split(searched);
  checkSize('REPLACE', text.length + (pieces.length - 1) * replacement.length);
  return pieces.join(replacement);
}
