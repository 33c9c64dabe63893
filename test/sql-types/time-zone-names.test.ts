import { expect, test } from 'vitest';
import { readTimeZone, timeZoneName } from '../../src/sql/time-zone-names.ts';

test('a zone without a name is called by the fallback', () => {
  const options = { ms: 0, length: 'short', fallback: '+03:30' } as const;
  expect(timeZoneName('Asia/Tehran', options)).toBe('+03:30');
  expect(timeZoneName('Nowhere/Land', options)).toBe('+03:30');
  expect(timeZoneName('America/New_York', options)).toBe('EST');
});

test.each([
  ['pst rest', 'America/Los_Angeles', 3],
  ['EST5', 'EST5', 4],
  ['GMT+2', 'GMT+2', 5],
  ['Pacific Daylight Time', 'America/Los_Angeles', 21],
  ['europe/berlin]', 'Europe/Berlin', 13],
  ['+02:00 x', '+02:00', 6],
  ['z', 'Z', 1],
  ['Foo Bar', 'Foo', 3],
])('reads the zone at the start of %s', (text, id, length) => {
  expect(readTimeZone(text)).toEqual({ id, length });
});

test('there is no zone in front of digits or blanks', () => {
  for (const text of ['', ' UTC', '2020', '/x']) expect(readTimeZone(text)).toBeNull();
});
