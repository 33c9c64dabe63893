import type { OriginDelay, StateFlights, VeryLateFlight } from './queries.ts';
import { bar, clipped, count, hours, minute, tableLines } from './text.ts';

const CITY_WIDTH = 17;

/** The rows of the view as a table, in the order given; long names of cities are cut. */
export function originDelayTable(
  rows: readonly OriginDelay[],
  hourText: (time: number) => string,
): string[] {
  return tableLines([
    { title: 'origin', align: 'left', cells: rows.map((row) => row.origin) },
    { title: 'city', align: 'left', cells: rows.map((row) => clipped(row.city, CITY_WIDTH)) },
    { title: 'hour', align: 'left', cells: rows.map((row) => hourText(row.hour)) },
    { title: 'flights', align: 'right', cells: rows.map((row) => count(row.flights)) },
    { title: 'average', align: 'right', cells: rows.map((row) => delayText(row.averageDelay)) },
  ]);
}

/** The rows of the view as a table with bars, in the order given. */
export function stateTable(rows: readonly StateFlights[], barWidth: number): string[] {
  const most = Math.max(...rows.map((row) => row.flights));
  return tableLines([
    { title: 'state', align: 'left', cells: rows.map((row) => row.state) },
    { title: 'flights', align: 'right', cells: rows.map((row) => count(row.flights)) },
    { title: '', align: 'left', cells: rows.map((row) => bar(row.flights / most, barWidth)) },
  ]);
}

/** The flights as a table, in the order given. */
export function veryLateTable(rows: readonly VeryLateFlight[]): string[] {
  return tableLines([
    { title: 'flight', align: 'left', cells: rows.map((row) => minute(row.time)) },
    { title: 'from', align: 'left', cells: rows.map((row) => row.origin) },
    { title: 'to', align: 'left', cells: rows.map((row) => row.destination) },
    { title: 'delay', align: 'right', cells: rows.map((row) => hours(row.delay)) },
  ]);
}

/** The states with the most flights first; ties by name, so that lines do not jump about. */
export function busiestStates(rows: readonly StateFlights[], countMax: number): StateFlights[] {
  return rows
    .toSorted((a, b) => b.flights - a.flights || (a.state < b.state ? -1 : 1))
    .slice(0, countMax);
}

function delayText(minutes: number): string {
  return `${minutes.toFixed(1)} min`;
}
