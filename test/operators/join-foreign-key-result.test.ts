import { expect, test } from 'vitest';
import { Change } from '../../src/operators/change.ts';
import { STRING } from '../../src/sql/types.ts';
import { OperatorHarness } from './operator-harness.ts';

function result(key: string, version: number, value: string): Change {
  return new Change([key], null, [key, value], 0, 0, version, 0, 0);
}

function harness(): OperatorHarness {
  return new OperatorHarness({
    kind: 'JoinForeignKeyResult',
    id: 6,
    inputs: [5],
    schema: {
      keys: [{ name: 'K', type: STRING }],
      values: [{ name: 'V', type: STRING }],
      window: null,
    },
  });
}

test('a result of an older version behind one of a newer is left out', async () => {
  const latest = harness();
  const [old, next, again, other] = [
    result('a', 1, 'old'),
    result('a', 2, 'new'),
    result('a', 2, 'new again'),
    result('b', 1, 'other'),
  ] as const;
  expect(await latest.run([old, next])).toEqual([old, next]);
  expect(await latest.run([old, again, other, old])).toEqual([again, other]);
});

test('a tick, also an abandoned one, ends the comparison', async () => {
  const latest = harness();
  const old = result('a', 1, 'old');
  await latest.run([result('a', 2, 'new')]);
  latest.abandon();
  expect(await latest.run([old])).toEqual([old]);
  await latest.run([result('a', 2, 'new')]);
  expect(latest.flush()).toEqual([]);
  expect(await latest.run([old])).toEqual([old]);
});
