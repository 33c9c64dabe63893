import { expect, test } from 'vitest';
import { Catalog } from '../../src/catalog/catalog.ts';
import { analyzeQuery } from '../../src/analyze/query.ts';
import { INTEGER, STRING, type SqlType } from '../../src/sql/types.ts';
import { explain, parseQuery, source } from './fixture.ts';

const INTEGERS: SqlType = { kind: 'ARRAY', element: INTEGER };

const CATALOG = Catalog.EMPTY.withSource(
  source('STREAM', 'S', { keys: { K: STRING }, values: { A: INTEGERS, G: INTEGER } }),
);

function analyze(sql: string) {
  return analyzeQuery(parseQuery(sql), { catalog: CATALOG, mode: 'persistent' }).root;
}

test('the columns of table functions stand behind those of the input, equal calls once', () => {
  const root = analyze('SELECT k, EXPLODE(a) + g AS x, EXPLODE(a), CUBE_EXPLODE(a) FROM s');
  expect(explain(root)).toEqual([
    'project K=#0 | X=(KSQL_SYNTH_0 + G), KSQL_COL_0=#3, KSQL_COL_1=#4',
    'flatMap EXPLODE(A), CUBE_EXPLODE(A)',
    'source S AS S',
  ]);
  expect(root.input.schema).toEqual({
    keys: [{ name: 'K', type: STRING }],
    values: [
      { name: 'A', type: INTEGERS },
      { name: 'G', type: INTEGER },
      { name: 'KSQL_SYNTH_0', type: INTEGER },
      { name: 'KSQL_SYNTH_1', type: INTEGERS },
    ],
    window: null,
  });
});

test('WHERE runs before the expansion, and arguments follow a new key', () => {
  const root = analyze('SELECT g, EXPLODE(a) AS x FROM s WHERE g > 1 PARTITION BY g');
  expect(explain(root)).toEqual([
    'project G=#0 | X=#3',
    'flatMap EXPLODE(A)',
    'partitionBy G=#2 | A, K',
    'filter WHERE (G > 1)',
    'source S AS S',
  ]);
  expect(root.input.kind === 'flatMap' && root.input.calls[0]?.arguments).toEqual([
    { kind: 'column', type: INTEGERS, index: 1, name: 'A' },
  ]);
});
