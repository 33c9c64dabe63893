import { expect, test } from 'vitest';
import { fanOutOf } from '../../src/plan/fan-out.ts';
import { planPersistent } from './planned.ts';

test.each([
  ['SELECT user, COUNT(*) AS n FROM clicks GROUP BY user', 1],
  ['SELECT user, COUNT(*) AS n FROM clicks WINDOW TUMBLING (SIZE 1 DAY) GROUP BY user', 1],
  ['SELECT user, COUNT(*) AS n FROM clicks WINDOW SESSION (1 DAY) GROUP BY user', 1],
  [
    'SELECT user, COUNT(*) AS n FROM clicks WINDOW HOPPING (SIZE 1 HOUR, ADVANCE BY 7 MINUTES) GROUP BY user',
    9,
  ],
])('a record of %s is in %i windows', (sql, count) => {
  expect(fanOutOf(planPersistent(sql))).toBe(count);
});
