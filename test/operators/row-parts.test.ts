import { expect, test } from 'vitest';
import { putPart, withLast } from '../../src/operators/row-parts.ts';

test('a value is put behind a row, which stays as it is', () => {
  const row = [1, null];
  expect(withLast(row, 'x')).toEqual([1, null, 'x']);
  expect(row).toEqual([1, null]);
  expect(withLast([], 5)).toEqual([5]);
});

test('a part that is missing, or too short, is filled with nulls', () => {
  const row = [0, 0, 0, 0, 0];
  putPart(row, 0, [1], 2);
  putPart(row, 2, null, 2);
  putPart(row, 4, [7, 8], 1);
  expect(row).toEqual([1, null, null, null, 7]);
});
