import { describe, expect, test } from 'vitest';
import { sourceSteps } from '../../src/plan/physical-plan.ts';
import { columnsOf } from '../../src/sql/schema.ts';
import { printExpression } from '../../src/expressions/print.ts';
import { planPersistent } from './planned.ts';

/** The columns that are decoded, by source. */
function neededBy(sql: string): Record<string, string[]> {
  return Object.fromEntries(
    sourceSteps(planPersistent(sql)).map(({ source, needed, schema }) => [
      source.name,
      columnsOf(schema).flatMap(({ name }, index) => (needed[index] === true ? [name] : [])),
    ]),
  );
}

test.each([
  ['a projection', 'SELECT user, ms FROM clicks', { CLICKS: ['USER', 'MS'] }],
  ['a condition', 'SELECT user, ms FROM clicks WHERE n > 1', { CLICKS: ['USER', 'MS', 'N'] }],
  [
    'groups and arguments',
    'SELECT page, SUM(ms) AS s FROM clicks WHERE ok GROUP BY page',
    { CLICKS: ['USER', 'PAGE', 'MS', 'OK'] },
  ],
  ['a count', 'SELECT user, COUNT(*) AS n FROM clicks GROUP BY user', { CLICKS: ['USER'] }],
  [
    'the arguments of table functions and what stands beside them',
    'SELECT user, EXPLODE(ARRAY[n, 1]) + ms AS x FROM clicks WHERE ok',
    { CLICKS: ['USER', 'MS', 'N', 'OK'] },
  ],
  [
    'a table that is kept, whole rows of it',
    'SELECT id, city FROM users',
    { USERS: ['ID', 'CITY'] },
  ],
])('%s: only what is read is decoded', (_case, sql, expected) => {
  expect(neededBy(sql)).toEqual(expected);
});

function sidesOf(sql: string, kind: string): string[] {
  const step = planPersistent(sql).steps.find((candidate) => candidate.kind === kind);
  if (step === undefined || !('columns' in step)) throw new Error(`there is no ${kind}`);
  return step.columns.map((column) =>
    printExpression('expression' in column ? column.expression : column),
  );
}

describe('of joined rows nobody computes what nobody reads', () => {
  test('on either side, behind filters and re-keyed rows too', () => {
    const sql =
      'SELECT c.page AS page, city, ms FROM clicks c JOIN users u ON c.page = u.id WHERE n > 1';
    expect(sidesOf(sql, 'JoinStreamTable')).toEqual([
      'null',
      'null',
      'MS',
      'N',
      'null',
      'null',
      'null',
      'null',
      'CITY',
      'null',
      'null',
    ]);
    const [source, , rekeyed] = planPersistent(sql).steps;
    expect(source).toMatchObject({ needed: [true, true, true, true, false, false, false] });
    expect(rekeyed?.kind).toBe('Repartition');
  });

  test('also by the messages of a foreign-key join', () => {
    const sql = 'SELECT u.id, state FROM users u JOIN cities t ON u.city = t.name';
    expect(sidesOf(sql, 'JoinForeignKeyLeft')).toEqual(['null', 'null', 'null', 'null']);
    expect(sidesOf(sql, 'JoinForeignKey').slice(4)).toEqual(['null', 'STATE']);
  });

  test('but all that a further join needs', () => {
    const sql =
      'SELECT c.user, state FROM clicks c JOIN users u ON c.user = u.id JOIN cities t ON u.city = t.name';
    expect(sidesOf(sql.replace('SELECT c.user', 'SELECT t.name'), 'JoinStreamTable')).toEqual([
      'null',
      'null',
      'null',
      'null',
      'null',
      'null',
      'null',
      'null',
      'CITY',
      'null',
      'null',
    ]);
  });
});
