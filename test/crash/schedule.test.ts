import { expect, test } from 'vitest';
import { lives } from './schedule.ts';

test('a long run begins anew every 50 kills, every fourth time in a fresh directory', () => {
  const all = [...lives({ kills: 2_000 })];
  expect(all).toHaveLength(2_000);
  const beginnings = all.filter(({ begins }) => begins !== null);
  expect(beginnings.slice(0, 5).map(({ number, begins }) => [number, begins])).toEqual([
    [51, 'clearing'],
    [101, 'clearing'],
    [151, 'clearing'],
    [201, 'freshDirectory'],
    [251, 'clearing'],
  ]);
  expect(beginnings).toHaveLength(39);
});

test('everything an era wrote is checked before the next begins, and at the end', () => {
  const all = [...lives({ kills: 61, killsPerEra: 25 })];
  const checked = all.filter(({ isChecked }) => isChecked).map(({ number }) => number);
  expect(checked).toEqual([10, 20, 25, 35, 45, 50, 60, 61]);
});

test('a new era is killed twice at its start, then gets ready once; the last life of all gets ready', () => {
  const phases = [...lives({ kills: 31, killsAtStart: 1, killsPerEra: 10 })].map(
    ({ phase }) => phase,
  );
  expect(phases.slice(0, 3)).toEqual(['recovery', 'load', 'either']);
  expect(phases.slice(10, 14)).toEqual(['recovery', 'recovery', 'load', 'either']);
  expect(phases[30]).toBe('load');
});

test('a run that would never be ready is refused', () => {
  expect(() => [...lives({ kills: 3, killsAtStart: 3 })]).toThrow(RangeError);
  expect(() => [...lives({ kills: 10, killsPerEra: 2 })]).toThrow(RangeError);
});
