import { expect, test } from 'vitest';
import { turnsOf } from './observed.ts';

test('turns are found where each list is there in its order', () => {
  expect(turnsOf([['a', 'b'], ['c']], ['a', 'c', 'b'])).toEqual([0, 1, 0]);
  expect(turnsOf([[], ['a']], ['a'])).toEqual([1]);
});

test('of lists that begin alike the one is taken whose rest fits', () => {
  const lists = [
    ['a', 'b'],
    ['a', 'c'],
  ];
  expect(turnsOf(lists, ['a', 'c', 'a', 'b'])).toEqual([1, 1, 0, 0]);
});

test('long lists have their turns, too', () => {
  const lists = [0, 1].map((list) => Array.from({ length: 5_000 }, (_, i) => `${i % 2} ${list}`));
  expect(turnsOf(lists, lists.flat())).toHaveLength(10_000);
});

test('there are none where a list is out of order, or something is missing, twice or foreign', () => {
  const lists = [['a', 'b'], ['c']];
  expect(turnsOf(lists, ['b', 'a', 'c'])).toBeNull();
  expect(turnsOf(lists, ['a', 'b'])).toBeNull();
  expect(turnsOf(lists, ['a', 'b', 'b', 'c'])).toBeNull();
  expect(turnsOf(lists, ['a', 'b', 'd'])).toBeNull();
});
