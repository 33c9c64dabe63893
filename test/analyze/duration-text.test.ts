import { expect, test } from 'vitest';
import { parseDurationText } from '../../src/analyze/duration-text.ts';

test.each([
  ['30 SECONDS', 30_000],
  ['1 second', 1_000],
  ['2 Hours', 7_200_000],
  ['5 MILLISECONDS', 5],
  ['1000000 NANOSECONDS', 1],
  ['1500 MICROSECONDS', 1],
  ['36500 DAYS', 36_500 * 86_400_000],
])('%s is %i ms', (text, milliseconds) => {
  expect(parseDurationText(text)).toBe(milliseconds);
});

test.each([
  ['30', "Expected '<number> <unit>', such as '30 SECONDS'."],
  ['1.5 SECONDS', "Not a whole number: '1.5'."],
  ['-1 SECONDS', "Not a whole number: '-1'."],
  ['0 SECONDS', 'It must be from 1 MILLISECOND to 36500 DAYS.'],
  ['999999 NANOSECONDS', 'It must be from 1 MILLISECOND to 36500 DAYS.'],
  ['36501 DAYS', 'It must be from 1 MILLISECOND to 36500 DAYS.'],
])('%s is refused', (text, message) => {
  expect(parseDurationText(text)).toBe(message);
});
