import { expect, test } from 'vitest';
import { inputOrder, subTopologies } from '../../src/plan/sub-topologies.ts';
import { planPersistent } from './planned.ts';

/** For each sub-topology its steps and how many tasks it has. */
function cut(sql: string): [steps: string[], partitionCount: number][] {
  return subTopologies(planPersistent(sql)).map(({ steps, partitionCount }) => [
    steps.map(({ kind }) => kind),
    partitionCount,
  ]);
}

test('a plan without repartitions is one', () => {
  expect(cut('SELECT user, COUNT(*) AS n FROM clicks GROUP BY user')).toEqual([
    [['Source', 'GroupBy', 'Aggregate', 'Select', 'Sink'], 2],
  ]);
});

test('a repartition ends one and another begins behind it', () => {
  expect(cut('SELECT page, COUNT(*) AS n FROM clicks GROUP BY page')).toEqual([
    [['Source', 'GroupBy', 'Repartition'], 2],
    [['Aggregate', 'Select', 'Sink'], 2],
  ]);
});

test('a table that is joined belongs to the one behind the repartition of the stream', () => {
  expect(cut('SELECT page, ms, state FROM clicks c JOIN cities t ON c.page = t.name')).toEqual([
    [['Source', 'PartitionBy', 'Repartition'], 2],
    [['Source', 'JoinStreamTable', 'Select', 'Sink'], 5],
  ]);
});

test('a join and a grouping behind it make three', () => {
  const sql = `SELECT state, COUNT(*) AS n FROM clicks c JOIN cities t ON c.page = t.name
    GROUP BY state`;
  expect(cut(sql)).toEqual([
    [['Source', 'PartitionBy', 'Repartition'], 2],
    [['Source', 'JoinStreamTable', 'GroupBy', 'Repartition'], 5],
    [['Aggregate', 'Select', 'Sink'], 5],
  ]);
});

test('the left side of a join comes before the right one, also when it was handed over', () => {
  const plan = planPersistent(
    'SELECT page, ms, state FROM clicks c JOIN cities t ON c.page = t.name',
  );
  const groups = subTopologies(plan);
  const kinds = groups.map((group) => inputOrder(plan, group).map((id) => plan.steps[id]?.kind));
  expect(kinds).toEqual([['Source'], ['Repartition', 'Source']]);
});
