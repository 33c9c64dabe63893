import { expect, test } from 'vitest';
import { materializationOf } from '../../src/plan/materialization.ts';
import { planPersistent } from './planned.ts';

function materialization(sql: string) {
  const found = materializationOf(planPersistent(sql));
  if (found === null) return null;
  const { step, stateNumber, chain, keyFormat, partitionCount } = found;
  const kinds = chain.map(({ kind }) => kind);
  return { step: step.kind, stateNumber, chain: kinds, format: keyFormat.name, partitionCount };
}

test('an aggregate is read from its state, through HAVING and SELECT', () => {
  const sql = 'SELECT page, SUM(ms) AS s FROM clicks GROUP BY page HAVING SUM(ms) > 1';
  expect(materialization(sql)).toEqual({
    step: 'Aggregate',
    stateNumber: 0,
    chain: ['FilterTable', 'Select'],
    format: 'KAFKA',
    partitionCount: 2,
  });
});

test('an aggregated table is read from the aggregate, not from the table below', () => {
  expect(materialization('SELECT city, COUNT(*) AS n FROM users GROUP BY city')).toMatchObject({
    step: 'Aggregate',
    stateNumber: 1,
  });
});

test('a copied table is read from the rows it keeps', () => {
  expect(materialization('SELECT name, state FROM cities')).toEqual({
    step: 'Materialize',
    stateNumber: 0,
    chain: ['Select'],
    format: 'KAFKA',
    partitionCount: 5,
  });
});

test('a stream has none', () => {
  expect(materialization('SELECT user, ms FROM clicks')).toBe(null);
});

test('the place of a key goes by its columns as they were when the row was placed', () => {
  const join = 'SELECT p.b, p.a, v, city FROM pairs p LEFT JOIN users u ON p.v = u.id';
  expect(materializationOf(planPersistent(join))).toMatchObject({
    step: { kind: 'Materialize', schema: { keys: [{ name: 'A' }, { name: 'B' }] } },
    chain: [],
    keyFormat: { name: 'JSON' },
    placedKeys: [{ name: 'A' }, { name: 'B' }],
    placedIndexes: [0, 1],
  });
});
