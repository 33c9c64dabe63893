import { expect, test } from 'vitest';
import { DURATION_BOUNDS_MS, Durations } from '../../src/base/durations.ts';

test('durations are counted in the bucket they are in', () => {
  const durations = new Durations();
  for (const milliseconds of [0, 1, 1.5, 20, 20_000]) durations.add(milliseconds);
  const { counts, sumMs } = durations.figures;
  expect(counts).toEqual([2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  expect(counts).toHaveLength(DURATION_BOUNDS_MS.length + 1);
  expect(sumMs).toBe(20_022.5);
});
