import type { OriginDelay } from './queries.ts';
import type { DemoResult } from './run.ts';
import { busiestStates, originDelayTable, stateTable, veryLateTable } from './tables.ts';
import { count, minute, seconds } from './text.ts';

const ROWS_SHOWN = 8;
const BAR_WIDTH = 24;
/** The average of one or two flights says little about an hour. */
const FLIGHTS_PER_HOUR_MIN = 3;

/** The final figures: the top of each result, and what it took to get there. */
export function figureLines(result: DemoResult, step: string): string[] {
  const { delays, states, veryLate, flightCount, flightsMs, airportCount, airportsMs } = result;
  const worst = worstHours(delays);
  const latest = veryLate.toSorted((a, b) => b.delay - a.delay || a.time - b.time);
  return [
    `View delays_by_origin: ${count(delays.length)} rows. The worst hours with at least ${FLIGHTS_PER_HOUR_MIN} flights:`,
    ...indented(originDelayTable(worst.slice(0, ROWS_SHOWN), minute)),
    '',
    `View flights_by_state: ${count(states.length)} rows. Where most flights went:`,
    ...indented(stateTable(busiestStates(states, ROWS_SHOWN), BAR_WIDTH)),
    '',
    `Push query of flights delayed over three hours: ${count(veryLate.length)} rows. The longest delays:`,
    ...indented(veryLateTable(latest.slice(0, ROWS_SHOWN))),
    '',
    `${count(airportCount)} airports in ${seconds(airportsMs)}, ${count(flightCount)} flights in ${seconds(flightsMs)}: ` +
      `${count((flightCount / flightsMs) * 1000)} events/s, with the views and push queries running.`,
    `Flights went in ${step} at a time; each time all were on disk, and both views committed, before the next.`,
  ];
}

function worstHours(delays: readonly OriginDelay[]): OriginDelay[] {
  return delays
    .filter((row) => row.flights >= FLIGHTS_PER_HOUR_MIN)
    .toSorted((a, b) => b.averageDelay - a.averageDelay || a.hour - b.hour);
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
