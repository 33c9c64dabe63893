import { expect, test } from 'vitest';
import type { FilterStreamStep } from '../../src/operators/filter-stream.ts';
import { change, INPUT, OperatorHarness, over, row } from './operator-harness.ts';

function where(predicate: string): OperatorHarness {
  const step: FilterStreamStep = {
    kind: 'FilterStream',
    id: 1,
    inputs: [0],
    schema: INPUT,
    predicate: over(predicate),
  };
  return new OperatorHarness(step);
}

test('hands on the very rows that match, in order', async () => {
  const rows = [row('a', 'x', 1), row('b', 'x', 20), row('c', 'x', null), row('d', 'x', 30)];
  const out = await where('V > 10').run(rows);
  expect(out).toEqual([rows[1], rows[3]]);
  expect(out[0]).toBe(rows[1]);
});

test('drops records without a value', async () => {
  expect(await where('V IS NULL').run([change(['a'], null, null)])).toEqual([]);
});

test('drops a row whose condition fails, and reports why', async () => {
  const harness = where('10 / V = 5');
  const rows = [row('a', 'x', 0), row('b', 'x', 2)];
  expect(await harness.run(rows)).toEqual([rows[1]]);
  expect(harness.errors).toHaveLength(1);
  expect(harness.errors[0]).toMatch(/^predicate: /);
});

test('sees the time of the row', async () => {
  const rows = [row('a', 'x', 1, 5), row('a', 'x', 1, 15)];
  expect(await where('ROWTIME > 10').run(rows)).toEqual([rows[1]]);
});
