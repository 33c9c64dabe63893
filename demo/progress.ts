import type { DemoProgress } from './run.ts';
import { busiestStates, originDelayTable, stateTable, veryLateTable } from './tables.ts';
import { bar, besides, clock, count, day } from './text.ts';

/** Rows of the two views and of the push query that a frame has room for. */
const VIEW_ROWS = 8;
const VERY_LATE_ROWS = 3;
const LEFT_WIDTH = 57;
const DONE_WIDTH = 20;
const STATE_BAR_WIDTH = 5;

/** What a terminal needs for a frame. */
export const FRAME_SIZE = { columns: 80, rows: 20 } as const;

/** The views as they stand: always the same number of lines, so that a frame covers the one before. */
export function progressFrame(progress: DemoProgress): string[] {
  const { flightCount, flightCountTotal, veryLate } = progress;
  const done = bar(flightCount / flightCountTotal, DONE_WIDTH).padEnd(DONE_WIDTH, '░');
  const delays = [
    'delays_by_origin, latest changes',
    ...originDelayTable(progress.latestDelays.toReversed(), clock),
  ];
  const states = [
    'flights_by_state, most',
    ...stateTable(busiestStates(progress.states, VIEW_ROWS), STATE_BAR_WIDTH),
  ];
  const late = veryLateTable(veryLate.slice(-VERY_LATE_ROWS).toReversed());
  return [
    `${day(progress.time)}  ${done}  ${count(flightCount)} of ${count(flightCountTotal)} flights, ${rate(progress)}`,
    '',
    ...filled(besides(delays, states, LEFT_WIDTH), VIEW_ROWS + 2),
    '',
    `delayed over three hours: ${veryLate.length}`,
    ...filled(late, VERY_LATE_ROWS + 1),
  ];
}

/** The views as they stand, in one line. */
export function progressLine(progress: DemoProgress): string {
  const [busiest] = busiestStates(progress.states, 1);
  const latest = progress.latestDelays.at(-1);
  const parts = [
    `${day(progress.time)}  ${count(progress.flightCount).padStart(6)} flights`,
    `${String(progress.veryLate.length).padStart(2)} over three hours late`,
  ];
  if (busiest !== undefined) parts.push(`most to ${busiest.state} (${count(busiest.flights)})`);
  if (latest !== undefined) {
    parts.push(`last change: ${latest.city} ${latest.averageDelay.toFixed(1)} min`);
  }
  return parts.join('  ');
}

function rate({ flightCount, flightsMs }: DemoProgress): string {
  return `${count((flightCount / flightsMs) * 1000)}/s`;
}

function filled(lines: readonly string[], length: number): string[] {
  return Array.from({ length }, (_, i) => lines[i] ?? '');
}
