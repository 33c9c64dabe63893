import { expect, test } from 'vitest';
import { formatStatement } from '../../grammar/format.ts';
import { parseStatement } from '../../grammar/parser.ts';
import { expandTypes } from '../../src/analyze/custom-types.ts';
import type { SqlType } from '../../src/sql/types.ts';

const TYPES = new Map<string, SqlType>([
  ['PRICE', { kind: 'DECIMAL', precision: 9, scale: 2 }],
  ['PRICES', { kind: 'MAP', key: { kind: 'STRING' }, value: { kind: 'DOUBLE' } }],
]);

test('replaces types wherever they stand and nothing else', () => {
  const { statement } = parseStatement(
    'CREATE TYPE t AS STRUCT<price PRICE, all ARRAY<PRICES>, other NOPE>;'.replace('all', '`a`'),
  );
  expect(formatStatement(expandTypes(statement, TYPES))).toBe(
    'CREATE TYPE T AS STRUCT<PRICE DECIMAL(9, 2), `a` ARRAY<MAP<STRING, DOUBLE>>, OTHER NOPE>;',
  );
});

test('leaves the tree it was given as it was', () => {
  const { statement } = parseStatement('SELECT CAST(a AS price) FROM s;');
  const before = structuredClone(statement);
  expandTypes(statement, TYPES);
  expect(statement).toEqual(before);
});

test('takes a condition of ten thousand terms', () => {
  const terms = Array.from({ length: 10_000 }, () => 'a').join(' AND ');
  const { statement } = parseStatement(`SELECT CAST(b AS price) FROM s WHERE ${terms};`);
  expect(expandTypes(statement, TYPES)).toMatchObject({
    query: { items: [{ expression: { type: { kind: 'decimalType', precision: 9, scale: 2 } } }] },
  });
});
