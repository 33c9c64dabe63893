import { describe, expect, test } from 'vitest';
import type { Change } from '../../src/operators/change.ts';
import {
  ForeignKeyMessage,
  type JoinForeignKeyLeftStep,
} from '../../src/operators/join-foreign-key-left.ts';
import { INTEGER, STRING } from '../../src/sql/types.ts';
import { MemoryStore } from '../../src/state/memory-store.ts';
import { change, OperatorHarness, over, row } from './operator-harness.ts';

function sending(type: 'INNER' | 'LEFT', foreignKey = 'V'): JoinForeignKeyLeftStep {
  return {
    kind: 'JoinForeignKeyLeft',
    id: 1,
    inputs: [0],
    schema: {
      keys: [{ name: 'FOREIGN_KEY', type: INTEGER }],
      values: [
        { name: 'MESSAGE', type: INTEGER },
        { name: 'K', type: STRING },
        { name: 'G', type: STRING },
      ],
      window: null,
    },
    type,
    foreignKey: over(foreignKey),
    columns: [over('G')],
    keyCount: 1,
  };
}

const NAMES = new Map(Object.entries(ForeignKeyMessage).map(([name, number]) => [number, name]));

function lines(changes: readonly Change[]): string[] {
  return changes.map(({ after }) => {
    const [foreignKey, what, key, ...values] = after ?? [];
    return `${foreignKey} ${NAMES.get(what as never)} ${key} ${values.map(String).join(' ')}`;
  });
}

const deletion = change(['a'], null, null);

describe('what a change of a left row says to the right side', () => {
  const changes = [
    row('a', 'one', 1),
    row('a', 'two', 1),
    row('a', 'three', 2),
    row('a', 'four', null),
    row('a', 'five', null),
    row('a', 'six', 3),
    deletion,
    deletion,
    row('a', 'seven', null),
    deletion,
  ];

  test('of an inner join', async () => {
    const harness = new OperatorHarness(sending('INNER'));
    expect(lines(await harness.run(changes))).toEqual([
      '1 JOIN a one',
      '1 REJOIN a two',
      '1 LEAVE a null',
      '2 REJOIN a three',
      '2 DETACH a null',
      '3 JOIN a six',
      '3 REMOVE a null',
    ]);
    expect(harness.errors).toEqual([
      'a row whose foreign key is null is left out',
      'a row whose foreign key is null is left out',
    ]);
  });

  test('of a left join', async () => {
    const harness = new OperatorHarness(sending('LEFT'));
    expect(lines(await harness.run(changes))).toEqual([
      '1 JOIN a one',
      '1 REJOIN a two',
      '1 LEAVE a null',
      '2 REJOIN a three',
      '2 LEAVE a null',
      'null REJOIN a four',
      'null JOIN a five',
      '3 JOIN a six',
      '3 REMOVE a null',
      'null JOIN a seven',
      'null REMOVE a null',
    ]);
  });
});

test('a failing foreign key counts as null', async () => {
  const harness = new OperatorHarness(sending('INNER', '10 / V'));
  expect(await harness.run([row('a', 'x', 0)])).toEqual([]);
  expect(harness.errors).toHaveLength(2);
});

test('a record without a key is left out and reported', async () => {
  const harness = new OperatorHarness(sending('LEFT'));
  expect(await harness.run([row(null, 'x', 1)])).toEqual([]);
  expect(harness.errors).toEqual(['a record of a table without a key is left out']);
});

test('what a row pointed to is remembered, and an abandoned tick forgotten', async () => {
  const store = new MemoryStore();
  const harness = new OperatorHarness(sending('INNER'), { store });
  await harness.run([row('a', 'x', 1)]);
  await harness.commit();
  await harness.run([row('a', 'x', 2)]);
  harness.abandon();
  const expected = ['1 LEAVE a null', '3 REJOIN a y'];
  expect(lines(await harness.run([row('a', 'y', 3)]))).toEqual(expected);
  const restarted = new OperatorHarness(sending('INNER'), { store });
  expect(lines(await restarted.run([row('a', 'y', 3)]))).toEqual(expected);
});
