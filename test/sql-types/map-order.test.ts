import { expect, test } from 'vitest';
import { entriesInOrder } from '../../src/sql/map-order.ts';
import type { Value } from '../../src/sql/types.ts';

function keysInOrder(...keys: Value[]): Value[] {
  return entriesInOrder(new Map(keys.map((key) => [key, null]))).map(([key]) => key);
}

test('entries stand by the hash of their key, not in the order they were put in', () => {
  expect(keysInOrder('c', 'b', 'a')).toEqual(['a', 'b', 'c']);
});

test('what shares a bucket stays in the order it was put in', () => {
  // The hash of both is 2112.
  expect(keysInOrder('Aa', 'BB')).toEqual(['Aa', 'BB']);
  expect(keysInOrder('BB', 'Aa')).toEqual(['BB', 'Aa']);
});

test('a map that is three quarters full has no more buckets, a fuller one twice as many', () => {
  // e is 101, in the second of four buckets and in the sixth of eight.
  expect(keysInOrder('c', 'e', 'b')).toEqual(['e', 'b', 'c']);
  expect(keysInOrder('c', 'e', 'b', 'd')).toEqual(['b', 'c', 'd', 'e']);
});

test('a null key is in the first bucket', () => {
  expect(keysInOrder('a', null)).toEqual([null, 'a']);
});

test('keys that are not text stay in the order they were put in', () => {
  expect(keysInOrder(3, 1, 2)).toEqual([3, 1, 2]);
});

test('an empty map has no entries', () => {
  expect(keysInOrder()).toEqual([]);
});
