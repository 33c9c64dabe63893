import { expect, test } from 'vitest';
import { windowStart } from '../../src/sql/window.ts';

test.each([
  [0, 0],
  [59_999, 0],
  [60_000, 60_000],
  [-1, -60_000],
  [-60_000, -60_000],
])('puts %i into the minute that starts at %i', (timestamp, start) => {
  expect(windowStart(timestamp, 60_000)).toBe(start);
});
