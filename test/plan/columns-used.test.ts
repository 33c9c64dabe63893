import { expect, test } from 'vitest';
import { sourceSteps } from '../../src/plan/physical-plan.ts';
import { columnsOf } from '../../src/sql/schema.ts';
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
