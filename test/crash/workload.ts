import { mix } from './random.ts';

/** A row of the stream EVENTS. All of it follows from the id, so that a damaged row is recognised. */
export interface EventRow {
  /** `life.writer.sequence`; never used twice. */
  readonly id: string;
  readonly key: string;
  readonly tag: string;
  readonly amount: number;
  /** Event time, epoch milliseconds. */
  readonly time: number;
}

/** One writer in one life of the process counts its rows from 0. */
export interface RowPlace {
  readonly life: number;
  readonly writer: number;
  readonly sequence: number;
}

const KEY_COUNT = 16;
const TAG_COUNT = 7;
const TIME_START = Date.UTC(2024, 0, 1);
const MS_PER_LIFE = 20_000;
const MS_PER_ROW = 10;
/** Most rows are out of order by less than the grace period of PER_WINDOW, some by more. */
const DISORDER_MS = 4_000;
const LATE_MS = 25_000;

/** The id of the row that a writer writes at a place. */
export function idOf({ life, writer, sequence }: RowPlace): string {
  return `${life}.${writer}.${sequence}`;
}

/** Where the row of an id was written; null for something that is no id. */
export function placeOf(id: string): RowPlace | null {
  const [, life, writer, sequence] = /^(\d+)\.(\d+)\.(\d+)$/.exec(id) ?? [];
  if (life === undefined) return null;
  return { life: Number(life), writer: Number(writer), sequence: Number(sequence) };
}

/** The row at a place. */
export function eventAt(place: RowPlace): EventRow {
  const { life, writer, sequence } = place;
  const bits = mix(mix(life * 64 + writer) + sequence);
  const disorder = mix(bits + 1) % 20 === 0 ? LATE_MS : mix(bits + 2) % DISORDER_MS;
  return {
    id: idOf(place),
    key: `k${mix(bits + 3) % KEY_COUNT}`,
    tag: `t${mix(bits + 4) % TAG_COUNT}`,
    amount: mix(bits + 5) % 1000,
    time: TIME_START + life * MS_PER_LIFE + sequence * MS_PER_ROW - disorder,
  };
}

/** The grade of a user, which JOINED looks up; null for a key that the table USERS does not hold. */
export function gradeOf(key: string): string | null {
  const number = Number(key.slice(1));
  return number % 4 === 3 ? null : `grade-${number % 3}`;
}

/** The rows of the table USERS. */
export const USERS: readonly { readonly key: string; readonly grade: string }[] = Array.from(
  { length: KEY_COUNT },
  (_, number) => `k${number}`,
).flatMap((key) => {
  const grade = gradeOf(key);
  return grade === null ? [] : [{ key, grade }];
});

/** Rows with more go to the stream BIG through the query that created it. */
export const BIG_ABOVE = 500;
/** Rows with less go to BIG too, through an INSERT INTO ... SELECT. */
export const SMALL_BELOW = 100;
/** Rows with more go to the streams that are created and dropped under load. */
export const EXTRA_ABOVE = 900;

/** Of the table PER_WINDOW. */
export const WINDOW = { sizeMs: 10_000, graceMs: 5_000 };

/** The topic of PER_KEY, made beforehand. Its changes are all looked at later, so they must not be compacted. */
export const CHANGES_TOPIC = 'per_key';

/** A definition that stays, and how to see that it is there. */
export interface Definition {
  /** The source it makes, or the sink of the INSERT INTO ... SELECT. */
  readonly name: string;
  readonly kind: 'source' | 'insert';
  readonly sql: string;
}

/** What the workload runs, in the order of creation. */
export const DEFINITIONS: readonly Definition[] = [
  source(
    'EVENTS',
    `CREATE STREAM EVENTS (K VARCHAR KEY, ID VARCHAR, TAG VARCHAR, AMOUNT BIGINT)
     WITH (KAFKA_TOPIC='events', VALUE_FORMAT='JSON', PARTITIONS=2);`,
  ),
  source(
    'USERS',
    `CREATE TABLE USERS (K VARCHAR PRIMARY KEY, GRADE VARCHAR)
     WITH (KAFKA_TOPIC='users', VALUE_FORMAT='JSON', PARTITIONS=2);`,
  ),
  source(
    'BIG',
    `CREATE STREAM BIG AS SELECT K, ID, AMOUNT FROM EVENTS WHERE AMOUNT > ${BIG_ABOVE}
     EMIT CHANGES;`,
  ),
  {
    name: 'BIG',
    kind: 'insert',
    sql: `INSERT INTO BIG SELECT K, ID, AMOUNT FROM EVENTS WHERE AMOUNT < ${SMALL_BELOW}
          EMIT CHANGES;`,
  },
  source(
    'PER_KEY',
    `CREATE TABLE PER_KEY WITH (KAFKA_TOPIC='${CHANGES_TOPIC}') AS
     SELECT K, COUNT(*) AS N, SUM(AMOUNT) AS TOTAL, MIN(AMOUNT) AS LEAST, MAX(AMOUNT) AS MOST
     FROM EVENTS GROUP BY K EMIT CHANGES;`,
  ),
  source(
    'PER_KEY_CHANGES',
    `CREATE STREAM PER_KEY_CHANGES (K VARCHAR KEY, N BIGINT, TOTAL BIGINT)
     WITH (KAFKA_TOPIC='${CHANGES_TOPIC}', VALUE_FORMAT='JSON');`,
  ),
  source(
    'PER_WINDOW',
    `CREATE TABLE PER_WINDOW AS SELECT K, COUNT(*) AS N, SUM(AMOUNT) AS TOTAL FROM EVENTS
     WINDOW TUMBLING (SIZE 10 SECONDS, RETENTION 1000 DAYS, GRACE PERIOD 5 SECONDS)
     GROUP BY K EMIT CHANGES;`,
  ),
  source(
    'JOINED',
    `CREATE STREAM JOINED AS SELECT E.K AS K, E.ID AS ID, U.GRADE AS GRADE
     FROM EVENTS E LEFT JOIN USERS U ON E.K = U.K EMIT CHANGES;`,
  ),
  source(
    'BIG_PER_KEY',
    `CREATE TABLE BIG_PER_KEY AS SELECT K, COUNT(*) AS N, SUM(AMOUNT) AS TOTAL FROM BIG
     GROUP BY K EMIT CHANGES;`,
  ),
  source(
    'BY_TAG',
    `CREATE STREAM BY_TAG AS SELECT TAG, ID, AMOUNT FROM EVENTS PARTITION BY TAG EMIT CHANGES;`,
  ),
  source(
    'SHORT',
    `CREATE STREAM SHORT (K VARCHAR KEY, ID VARCHAR, AMOUNT DECIMAL(2, 0))
     WITH (KAFKA_TOPIC='events', VALUE_FORMAT='JSON');`,
  ),
  source(
    'SHORT_ROWS',
    `CREATE STREAM SHORT_ROWS AS SELECT K, ID FROM SHORT WHERE AMOUNT >= 0 EMIT CHANGES;`,
  ),
  source(
    'PER_TAG',
    `CREATE TABLE PER_TAG AS SELECT TAG, COUNT(*) AS N, SUM(AMOUNT) AS TOTAL FROM EVENTS
     GROUP BY TAG EMIT CHANGES;`,
  ),
];

function source(name: string, sql: string): Definition {
  return { name, kind: 'source', sql };
}

/**
 * Sources that come and go under load: streams and tables filled by a query from the beginning of EVENTS, and streams
 * that get some rows of their own, which name the generation of the stream they were written to.
 */
export interface Extra {
  readonly name: string;
  readonly kind: 'filter' | 'aggregate' | 'plain';
  readonly create: string;
  /** Puts an equal query in the place of the running one; null where there is none. */
  readonly replace: string | null;
  readonly drop: string;
}

/** Rows written to each new plain stream. */
export const PLAIN_ROW_COUNT = 3;

/** Two of each kind. */
export const EXTRAS: readonly Extra[] = [
  filterExtra('X0'),
  filterExtra('X1'),
  aggregateExtra('X2'),
  aggregateExtra('X3'),
  plainExtra('X4'),
  plainExtra('X5'),
];

function filterExtra(name: string): Extra {
  const definition = `STREAM ${name} AS SELECT K, ID FROM EVENTS WHERE AMOUNT > ${EXTRA_ABOVE}
                      EMIT CHANGES;`;
  return {
    name,
    kind: 'filter',
    create: `CREATE ${definition}`,
    replace: `CREATE OR REPLACE ${definition}`,
    drop: `DROP STREAM ${name} DELETE TOPIC;`,
  };
}

function aggregateExtra(name: string): Extra {
  const definition = `TABLE ${name} AS SELECT K, COUNT(*) AS N, SUM(AMOUNT) AS TOTAL FROM EVENTS
                      WHERE AMOUNT > ${EXTRA_ABOVE} GROUP BY K EMIT CHANGES;`;
  return {
    name,
    kind: 'aggregate',
    create: `CREATE ${definition}`,
    replace: `CREATE OR REPLACE ${definition}`,
    drop: `DROP TABLE ${name} DELETE TOPIC;`,
  };
}

function plainExtra(name: string): Extra {
  return {
    name,
    kind: 'plain',
    create: `CREATE STREAM ${name} (GENERATION VARCHAR, NUMBER INT)
             WITH (KAFKA_TOPIC='${name}', VALUE_FORMAT='JSON', PARTITIONS=2);`,
    replace: null,
    drop: `DROP STREAM ${name} DELETE TOPIC;`,
  };
}
