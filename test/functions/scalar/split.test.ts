import { expect, test } from 'vitest';
import { evaluate } from '../evaluate.ts';

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

test.each([
  ["SPLIT('a,,b,', ',')", ['a', '', 'b', '']],
  ["SPLIT('a.b', '.')", ['a', 'b']],
  ["SPLIT('a$$b', '$$')", ['a', 'b']],
  ["SPLIT('abc', '')", ['a', 'b', 'c']],
  ["SPLIT('', '')", ['']],
  ["SPLIT('', ',')", ['']],
  ["SPLIT(S, ',')", null],
  ["SPLIT('a', S)", null],
])('%s is %j', (sql, expected) => {
  expect(evaluate(sql)).toEqual(expected);
});

test.each([
  ['a,,b,', ',', ['a', '', 'b', '']],
  ['ab', '', ['a', 'b']],
  ['', ',', ['']],
  ['a--b', '--', ['a', 'b']],
])('the bytes of %j are split at %j', (text, delimiter, expected) => {
  const pieces = evaluate(`SPLIT(Y, TO_BYTES('${delimiter}', 'utf8'))`, { Y: bytes(text) });
  expect(pieces).toEqual(expected.map(bytes));
});

test.each([
  ["SPLIT_TO_MAP('a=1&b=2', '&', '=')", { a: '1', b: '2' }],
  ["SPLIT_TO_MAP('a=1=x&a=2&c&', '&', '=')", { a: '2' }],
  ["SPLIT_TO_MAP('__proto__=x', '&', '=')", { ['__proto__']: 'x' }],
  ["SPLIT_TO_MAP('none', '&', '=')", {}],
])('%s is %j', (sql, expected) => {
  expect(evaluate(sql)).toEqual(new Map(Object.entries(expected)));
});

test.each([
  "SPLIT_TO_MAP('a=1', '', '=')",
  "SPLIT_TO_MAP('a=1', '&', '')",
  "SPLIT_TO_MAP('a=1', '=', '=')",
  "SPLIT_TO_MAP(S, '&', '=')",
])('%s is null', (sql) => {
  expect(evaluate(sql)).toBeNull();
});
