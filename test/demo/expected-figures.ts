import { readFile } from 'node:fs/promises';
import type { OriginDelay, StateFlights, VeryLateFlight } from '../../demo/queries.ts';

export interface ExpectedFigures {
  readonly airportCount: number;
  readonly delays: readonly OriginDelay[];
  readonly states: readonly StateFlights[];
  readonly veryLate: readonly VeryLateFlight[];
}

interface FileFlight {
  readonly date: string;
  readonly delay: number;
  readonly origin: string;
  readonly destination: string;
}

/** Counts and sum of one origin and hour. */
interface Hour {
  readonly origin: string;
  readonly city: string;
  readonly hour: number;
  flights: number;
  sum: number;
}

const DATA = new URL('../data/', import.meta.resolve('vega-datasets'));
const HOUR_MS = 60 * 60 * 1000;

/** The figures of the demo, from the files, by plain loops; shares no code with the demo. */
export async function expectedFigures(): Promise<ExpectedFigures> {
  const airports = await readAirports();
  const flights = JSON.parse(
    await readFile(new URL('flights-20k.json', DATA), 'utf8'),
  ) as FileFlight[];
  const hours = new Map<string, Hour>();
  const states = new Map<string, number>();
  const veryLate: VeryLateFlight[] = [];
  for (const { date, delay, origin, destination } of flights) {
    const time = utc(date);
    const from = airports.get(origin);
    if (from !== undefined) {
      const hour = time - (time % HOUR_MS);
      const key = `${origin} ${hour}`;
      const entry = hours.get(key) ?? { origin, city: from.city, hour, flights: 0, sum: 0 };
      entry.flights++;
      entry.sum += delay;
      hours.set(key, entry);
    }
    const to = airports.get(destination);
    if (to !== undefined) {
      const state = to.state === 'NA' ? 'unknown' : to.state;
      states.set(state, (states.get(state) ?? 0) + 1);
    }
    if (delay > 180) veryLate.push({ time, origin, destination, delay });
  }
  const delays = [...hours.values()].map(({ origin, city, hour, flights, sum }) => {
    return { origin, city, hour, flights, averageDelay: sum / flights };
  });
  return {
    airportCount: airports.size,
    delays,
    states: [...states].map(([state, count]) => ({ state, flights: count })),
    veryLate,
  };
}

async function readAirports(): Promise<Map<string, { city: string; state: string }>> {
  const airports = new Map<string, { city: string; state: string }>();
  const [, ...lines] = (await readFile(new URL('airports.csv', DATA), 'utf8')).split('\n');
  for (const line of lines) {
    if (line === '') continue;
    // A field is either in quotes, which the file uses around commas only, or free of commas.
    const fields = [...line.matchAll(/(?:^|,)(?:"([^"]*)"|([^,"]*))/g)].map(
      ([, quoted, plain]) => quoted ?? plain ?? '',
    );
    const [iata = '', , city = '', state = ''] = fields;
    airports.set(iata, { city, state });
  }
  return airports;
}

function utc(date: string): number {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = date.split(/[/ :]/).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute);
}
