import type { Row } from '../src/index.ts';

/**
 * The sources. Records come as the files hold them: lines of comma-separated values and JSON objects. The event time
 * is the timestamp of the record.
 */
export const CREATE_SOURCES = `
  CREATE TABLE airports (iata VARCHAR PRIMARY KEY, name VARCHAR, city VARCHAR, state VARCHAR,
                         country VARCHAR, latitude DOUBLE, longitude DOUBLE)
    WITH (KAFKA_TOPIC='airports', VALUE_FORMAT='DELIMITED', PARTITIONS=4);

  CREATE STREAM flights (date VARCHAR, delay INT, distance INT, origin VARCHAR, destination VARCHAR)
    WITH (KAFKA_TOPIC='flights', VALUE_FORMAT='JSON', PARTITIONS=4);
`;

/**
 * Average delay per origin and hour, with the city of the airport.
 *
 * The grace period is the whole quarter. The file is in order of time, but its flights go to four partitions that are
 * written at the same time, so that flights of one can be processed after later flights of another. With this grace no
 * order of arrival makes a flight late, and the figures are the same in every run. The retention is a day longer, so
 * that every hour of the quarter can still be read at the end.
 *
 * The join is an inner one: a flight from an airport that is not in the table counts nowhere. The files have none.
 */
export const CREATE_DELAYS_BY_ORIGIN = `
  CREATE TABLE delays_by_origin WITH (KEY_FORMAT='JSON') AS
    SELECT f.origin AS origin, a.city AS city, COUNT(*) AS flights, AVG(f.delay) AS average_delay
    FROM flights f
    JOIN airports a ON f.origin = a.iata
    WINDOW TUMBLING (SIZE 1 HOUR, RETENTION 91 DAYS, GRACE PERIOD 90 DAYS)
    GROUP BY f.origin, a.city
    EMIT CHANGES;
`;

/**
 * Flights per state of the destination. Where the file says NA for the state of an airport, its flights are counted
 * under a name of their own instead of being left out. The join is an inner one here too.
 */
export const CREATE_FLIGHTS_BY_STATE = `
  CREATE TABLE flights_by_state AS
    SELECT CASE WHEN a.state = 'NA' THEN 'unknown' ELSE a.state END AS state, COUNT(*) AS flights
    FROM flights f
    JOIN airports a ON f.destination = a.iata
    GROUP BY CASE WHEN a.state = 'NA' THEN 'unknown' ELSE a.state END
    EMIT CHANGES;
`;

const VERY_LATE = `
  SELECT ROWTIME AS time, origin, destination, delay
  FROM flights
  WHERE delay > 180`;

/** A push query: flights delayed over three hours, as they come in. It goes on until it is closed. */
export const FOLLOW_VERY_LATE = `${VERY_LATE} EMIT CHANGES;`;

/** The same as a pull query: those that are in the log by now. */
export const READ_VERY_LATE = `${VERY_LATE};`;

/** A push query: the changes of the view, as they are committed. */
export const FOLLOW_DELAYS = `
  SELECT origin, city, WINDOWSTART, WINDOWEND, flights, average_delay
  FROM delays_by_origin
  EMIT CHANGES;
`;

/** A pull query: the whole view as it stands. */
export const READ_DELAYS = 'SELECT * FROM delays_by_origin;';

/** A pull query: the whole view as it stands. */
export const READ_FLIGHTS_BY_STATE = 'SELECT * FROM flights_by_state;';

/** A row of `delays_by_origin`. */
export interface OriginDelay {
  readonly origin: string;
  readonly city: string;
  /** Start of the hour, epoch ms. */
  readonly hour: number;
  readonly flights: number;
  /** Minutes. */
  readonly averageDelay: number;
}

/** A row of `flights_by_state`. */
export interface StateFlights {
  readonly state: string;
  readonly flights: number;
}

/** A flight delayed over three hours. */
export interface VeryLateFlight {
  /** Epoch ms. */
  readonly time: number;
  readonly origin: string;
  readonly destination: string;
  /** Minutes. */
  readonly delay: number;
}

/** A row of FOLLOW_DELAYS or READ_DELAYS, by name. */
export function toOriginDelay(row: Row): OriginDelay {
  const [origin, city, hour, , flights, averageDelay] = row;
  return { origin, city, hour, flights, averageDelay } as OriginDelay;
}

/** A row of READ_FLIGHTS_BY_STATE, by name. */
export function toStateFlights(row: Row): StateFlights {
  const [state, flights] = row;
  return { state, flights } as StateFlights;
}

/** A row of FOLLOW_VERY_LATE, by name. */
export function toVeryLateFlight(row: Row): VeryLateFlight {
  const [time, origin, destination, delay] = row;
  return { time, origin, destination, delay } as VeryLateFlight;
}
