import { expect, test } from 'vitest';
import { FRAME_SIZE, progressFrame, progressLine } from '../../demo/progress.ts';
import type { DemoProgress } from '../../demo/run.ts';

const EMPTY: DemoProgress = {
  time: Date.UTC(2001, 0, 1, 6, 2),
  flightCount: 5,
  flightCountTotal: 20_000,
  flightsMs: 1,
  latestDelays: [],
  states: [],
  veryLate: [],
};

const FULL: DemoProgress = {
  time: Date.UTC(2001, 2, 31, 22, 27),
  flightCount: 20_000,
  flightCountTotal: 20_000,
  flightsMs: 1_000,
  latestDelays: Array.from({ length: 8 }, () => ({
    origin: 'XNA',
    city: 'Fayetteville/Springdale/Rogers',
    hour: Date.UTC(2001, 2, 31, 22),
    flights: 3,
    averageDelay: -120.25,
  })),
  states: Array.from({ length: 52 }, (_, i) => ({ state: `unknown${i}`.slice(0, 7), flights: i })),
  veryLate: Array.from({ length: 91 }, () => ({
    time: Date.UTC(2001, 1, 25, 14, 50),
    origin: 'BMI',
    destination: 'ORD',
    delay: 522,
  })),
};

test('a frame has the same number of lines from the first flight to the last', () => {
  expect(progressFrame(EMPTY)).toHaveLength(18);
  expect(progressFrame(FULL)).toHaveLength(18);
});

test('a frame fits the size it asks for', () => {
  const lines = progressFrame(FULL);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(FRAME_SIZE.columns);
  expect(lines.length).toBeLessThan(FRAME_SIZE.rows);
});

test('a frame shows how far the flights are and both views side by side', () => {
  const lines = progressFrame({ ...FULL, flightCount: 10_000 });
  expect(lines[0]).toBe('2001-03-31  ██████████░░░░░░░░░░  10,000 of 20,000 flights, 10,000/s');
  expect(lines[4]).toBe(
    'XNA     Fayetteville/Spr…  22:00        3  -120.3 min    unknown       51  █████',
  );
  expect(lines[13]).toBe('delayed over three hours: 91');
  expect(lines[15]).toBe('2001-02-25 14:50  BMI   ORD  8 h 42 min');
});

test('a line says what there is, also before the views have rows', () => {
  expect(progressLine(EMPTY)).toBe('2001-01-01       5 flights   0 over three hours late');
  expect(progressLine(FULL)).toBe(
    '2001-03-31  20,000 flights  91 over three hours late  most to unknown (51)  ' +
      'last change: Fayetteville/Springdale/Rogers -120.3 min',
  );
});
