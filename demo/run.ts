import { performance } from 'node:perf_hooks';
import { type Database, openDatabase, type Row } from '../src/index.ts';
import {
  airportRecord,
  type Flight,
  flightRecord,
  readAirportLines,
  readFlights,
  timeOf,
} from './data.ts';
import { Follower } from './follower.ts';
import * as queries from './queries.ts';

export interface DemoOptions {
  /** Where the database is kept; empty at the start. */
  readonly directory: string;
  /** How many days of flights are written, and processed to the end, before the next ones. */
  readonly daysPerStep: number;
  /** Called after every step, with nothing left to process. The time until it resolves is not counted. */
  onProgress?(progress: DemoProgress): void | Promise<void>;
  /** Ends the run before the next step. */
  readonly signal?: AbortSignal;
}

/** Where the run stands, and what the live views say. */
export interface DemoProgress {
  /** Event time of the last flight, epoch ms. */
  readonly time: number;
  readonly flightCount: number;
  readonly flightCountTotal: number;
  /** Time the flights took until now, ms. */
  readonly flightsMs: number;
  /** The latest changes of `delays_by_origin`, oldest first. */
  readonly latestDelays: readonly queries.OriginDelay[];
  /** All of `flights_by_state`. */
  readonly states: readonly queries.StateFlights[];
  /** What the push query has delivered, in that order. */
  readonly veryLate: readonly queries.VeryLateFlight[];
}

/** All rows at the end, and how long it took. */
export interface DemoResult {
  readonly airportCount: number;
  readonly flightCount: number;
  /** From the first airport sent until the tables are up to date, ms. */
  readonly airportsMs: number;
  /** From the first flight sent until all views have committed the last one, without what `onProgress` took, ms. */
  readonly flightsMs: number;
  readonly delays: readonly queries.OriginDelay[];
  readonly states: readonly queries.StateFlights[];
  readonly veryLate: readonly queries.VeryLateFlight[];
}

const DAY_MS = 24 * 60 * 60 * 1000;
const LATEST_DELAYS_MAX = 8;

/**
 * Runs the demo in a database of its own: loads the airports, then the flights, with the three queries running, and
 * reads what they found.
 * @throws DOMException AbortError when the signal ended it.
 */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const database = await openDatabase({ directory: options.directory });
  try {
    return await new DemoRun(database, options).run();
  } finally {
    await database.close();
  }
}

class DemoRun {
  readonly #database: Database;
  readonly #options: DemoOptions;
  readonly #latestDelays: queries.OriginDelay[] = [];
  readonly #veryLate: queries.VeryLateFlight[] = [];

  constructor(database: Database, options: DemoOptions) {
    this.#database = database;
    this.#options = options;
  }

  async run(): Promise<DemoResult> {
    const airports = (await readAirportLines()).map(airportRecord);
    const flights = await readFlights();
    await this.#database.execute(queries.CREATE_SOURCES);
    await this.#database.execute(queries.CREATE_DELAYS_BY_ORIGIN);
    await this.#database.execute(queries.CREATE_FLIGHTS_BY_STATE);
    const veryLate = await this.#follow(queries.FOLLOW_VERY_LATE, (row) => {
      this.#veryLate.push(queries.toVeryLateFlight(row));
    });
    const delays = await this.#follow(queries.FOLLOW_DELAYS, (row) => {
      this.#latestDelays.push(queries.toOriginDelay(row));
      if (this.#latestDelays.length > LATEST_DELAYS_MAX) this.#latestDelays.shift();
    });

    const airportsMs = await elapsed(async () => {
      await this.#database.produce('airports', airports);
      await this.#database.settled();
    });
    const flightsMs = await this.#load(flights);

    // A push query does not know an end. A pull query says how many rows there are to wait for.
    await veryLate.reach((await this.#read(queries.READ_VERY_LATE)).length);
    await veryLate.close();
    await delays.close();
    return {
      airportCount: airports.length,
      flightCount: flights.length,
      airportsMs,
      flightsMs,
      delays: (await this.#read(queries.READ_DELAYS)).map(queries.toOriginDelay),
      states: await this.#readStates(),
      veryLate: this.#veryLate,
    };
  }

  /** Sends the flights step by step and returns how long they took, ms. */
  async #load(flights: readonly Flight[]): Promise<number> {
    let flightsMs = 0;
    let flightCount = 0;
    for (const step of stepsOf(flights, this.#options.daysPerStep)) {
      this.#options.signal?.throwIfAborted();
      flightsMs += await elapsed(async () => {
        await this.#database.produce('flights', step.map(flightRecord));
        await this.#database.settled();
      });
      flightCount += step.length;
      await this.#options.onProgress?.({
        time: timeOf(step.at(-1) as Flight),
        flightCount,
        flightCountTotal: flights.length,
        flightsMs,
        latestDelays: this.#latestDelays,
        states: await this.#readStates(),
        veryLate: this.#veryLate,
      });
    }
    return flightsMs;
  }

  async #readStates(): Promise<queries.StateFlights[]> {
    return (await this.#read(queries.READ_FLIGHTS_BY_STATE)).map(queries.toStateFlights);
  }

  async #follow(sql: string, onRow: (row: Row) => void): Promise<Follower> {
    return new Follower(await this.#database.query(sql), onRow);
  }

  /** All rows of a query that ends by itself. */
  async #read(sql: string): Promise<Row[]> {
    const query = await this.#database.query(sql);
    const rows: Row[] = [];
    for (let batch = await query.next(); batch !== null; batch = await query.next()) {
      if (batch.kind === 'rows') for (const row of batch.rows) rows.push(row);
    }
    return rows;
  }
}

/** Cuts the flights, in their order, where a step of days ends. */
function stepsOf(flights: readonly Flight[], days: number): Flight[][] {
  const [first] = flights;
  if (first === undefined) return [];
  const startDay = Math.floor(timeOf(first) / DAY_MS);
  const stepOf = (flight: Flight): number =>
    Math.floor((Math.floor(timeOf(flight) / DAY_MS) - startDay) / days);
  return [...Map.groupBy(flights, stepOf).values()];
}

async function elapsed(action: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await action();
  return performance.now() - start;
}
