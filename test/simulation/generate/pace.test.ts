import { expect, test } from 'vitest';
import { isInOrder } from '../case.ts';
import { caseOf } from './case.ts';

const CASES = Array.from({ length: 2_000 }, (_, seed) => caseOf(seed));
const PACED = CASES.filter(({ pace }) => pace !== null);

test('about a quarter of the cases is worked off in small portions', () => {
  expect(PACED.length / CASES.length).toBeGreaterThan(0.2);
  expect(PACED.filter(({ pace }) => pace?.isHurried).length).toBeGreaterThan(200);
  expect(PACED.filter(({ pace }) => pace?.tickRecords !== null).length).toBeGreaterThan(100);
});

test('some of them have a longer backlog than is decoded at a time', () => {
  const longest = PACED.filter(({ ticks }) => ticks.some(({ length }) => length > 2_000));
  expect(longest.length).toBeGreaterThan(5);
});

test('their records are in the order that their pace needs', () => {
  expect(PACED.filter((input) => !isInOrder(input))).toEqual([]);
  const unordered = { time: 5 } as (typeof CASES)[number]['ticks'][number][number];
  const [paced] = PACED.filter(({ pace }) => pace?.order === 'strict');
  expect(isInOrder({ pace: paced!.pace, ticks: [[unordered, unordered]] })).toBe(false);
});

test('they do not read on from what several queries write out of order', () => {
  const isWrittenTwice = ({ queries }: (typeof CASES)[number], source: string): boolean =>
    queries.filter(({ sink }) => sink === source).length > 1;
  const readsOn = (input: (typeof CASES)[number]): boolean =>
    input.queries.some(({ from }) => isWrittenTwice(input, from));
  expect(CASES.filter(readsOn).length).toBeGreaterThan(5);
  expect(PACED.filter((input) => input.partitionCount > 1 && readsOn(input))).toEqual([]);
});
