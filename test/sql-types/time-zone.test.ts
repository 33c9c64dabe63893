import { expect, test } from 'vitest';
import { EvaluationError } from '../../src/sql/evaluation-error.ts';
import { findTimeZone, greenwich, serverTimeZone, zoneOffsetMs } from '../../src/sql/time-zone.ts';

const HOUR_MS = 3_600_000;

test.each([
  ['UTC', 0],
  ['Z', 0],
  ['+0200', 2],
  ['-05:30', -5.5],
  ['America/New_York', -5],
  ['Europe/Berlin', 1],
])('%s was %d hours ahead at the epoch', (name, hours) => {
  expect(zoneOffsetMs(findTimeZone(name), 0)).toBe(hours * HOUR_MS);
});

test('summer time counts', () => {
  const zone = findTimeZone('America/New_York');
  expect(zoneOffsetMs(zone, Date.UTC(2024, 6, 1))).toBe(-4 * HOUR_MS);
});

test('an unknown name is refused', () => {
  for (const name of ['Nowhere', '', '+25:00', 'PDT']) {
    expect(() => findTimeZone(name)).toThrow(EvaluationError);
  }
  expect(() => findTimeZone('Nowhere')).toThrow("There is no time zone 'Nowhere'");
});

test('there is a zone where none is given', () => {
  expect(greenwich().id()).toBe('GMT');
  expect(serverTimeZone().id()).not.toBe('');
});
