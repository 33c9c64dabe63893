import { readFile } from 'node:fs/promises';
import type { NewRecord } from '../src/index.ts';

/** A flight as `flights-20k.json` holds it. */
export interface Flight {
  /** Year, month, day, hour and minute: `2001/01/14 21:55`. The file names no time zone; it is read as UTC. */
  readonly date: string;
  /** Minutes; negative when the flight was early. */
  readonly delay: number;
  /** Miles. */
  readonly distance: number;
  /** IATA code of an airport. */
  readonly origin: string;
  /** IATA code of an airport. */
  readonly destination: string;
}

/** The package exports its code only; its data stands beside it. */
const DATA = new URL('../data/', import.meta.resolve('vega-datasets'));

/** Airports are known before any flight, whatever the order in which the engine takes the two. */
const BEFORE_ALL_FLIGHTS = 0;

/** Reads the flights, in the order of the file. */
export async function readFlights(): Promise<Flight[]> {
  return JSON.parse(await readFile(new URL('flights-20k.json', DATA), 'utf8')) as Flight[];
}

/** Reads the lines of `airports.csv` without the one that names the columns. */
export async function readAirportLines(): Promise<string[]> {
  const text = await readFile(new URL('airports.csv', DATA), 'utf8');
  return text.trimEnd().split('\n').slice(1);
}

/** Event time of a flight, epoch ms. */
export function timeOf(flight: Flight): number {
  return Date.parse(`${flight.date.replaceAll('/', '-').replace(' ', 'T')}Z`);
}

/** The flight as a record: its JSON, at the time of the flight. It has no key, so the partitions take turns. */
export function flightRecord(flight: Flight): NewRecord {
  return { key: null, value: Buffer.from(JSON.stringify(flight)), timestamp: timeOf(flight) };
}

/** The airport as a record: its code, which no line quotes, is the key; the rest of the line is the value as it is. */
export function airportRecord(line: string): NewRecord {
  const comma = line.indexOf(',');
  return {
    key: Buffer.from(line.slice(0, comma)),
    value: Buffer.from(line.slice(comma + 1)),
    timestamp: BEFORE_ALL_FLIGHTS,
  };
}
