import type { Database } from '../../src/database.ts';
import type { Machine } from './machine.ts';
import type { SeededRandom } from './random.ts';

/** What the client of a database knows of what it asked for. */
export class Ledger {
  /** Rows whose INSERT was acknowledged. */
  readonly acknowledged = new Set<number>();
  /** Rows that were sent; of those without an acknowledgement nobody knows. */
  readonly sent = new Map<number, Sent>();
  /** Names of sources whose statement was acknowledged. */
  readonly created = new Set<string>();
  readonly dropped = new Set<string>();
  /** Sources about which the client heard nothing, or an error. */
  readonly doubtful = new Set<string>();
  nextId = 0;
}

/** A row as a client sends it. */
export interface Sent {
  readonly id: number;
  readonly k: string;
  readonly v: number;
  readonly time: number;
}

/** One thing a client does. */
export type Action =
  | { readonly kind: 'create'; readonly name: string; readonly sql: string }
  | { readonly kind: 'drop'; readonly name: string; readonly sql: string }
  | { readonly kind: 'insert'; readonly count: number }
  | { readonly kind: 'settle' }
  | { readonly kind: 'pull'; readonly sql: string };

/** A named list of things that a client does, one after the other; errors do not stop it. */
export interface Workload {
  readonly name: string;
  readonly actions: readonly Action[];
}

const create = (name: string, sql: string): Action => ({ kind: 'create', name, sql });
const drop = (name: string, sql: string): Action => ({ kind: 'drop', name, sql });
const insert = (count: number): Action => ({ kind: 'insert', count });
const settle: Action = { kind: 'settle' };

/** What every workload inserts into. */
export const SOURCE = create(
  'S',
  "CREATE STREAM S (K STRING KEY, ID INT, V INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=2);",
);
const FILTER = create('BIG', 'CREATE STREAM BIG AS SELECT * FROM S WHERE V > 50;');
const TOTALS = create(
  'TOTALS',
  'CREATE TABLE TOTALS AS SELECT K, COUNT(*) AS N, SUM(V) AS TOTAL FROM S GROUP BY K;',
);
const WINDOWS = create(
  'WINDOWS',
  'CREATE TABLE WINDOWS AS SELECT K, COUNT(*) AS N FROM S WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY K;',
);
const REKEYED = create('BY_ID', 'CREATE STREAM BY_ID AS SELECT * FROM S PARTITION BY ID;');
const CHAINED = create(
  'BIG_TOTALS',
  'CREATE TABLE BIG_TOTALS AS SELECT K, COUNT(*) AS N FROM BIG GROUP BY K;',
);

/** What is run with every operation made to fail: inserts, each kind of query, definitions, restarts of topics. */
export const WORKLOADS: readonly Workload[] = [
  { name: 'inserts', actions: [SOURCE, insert(3), insert(5), settle, insert(1), insert(4)] },
  {
    name: 'a filter',
    actions: [
      SOURCE,
      FILTER,
      insert(4),
      settle,
      insert(6),
      { kind: 'pull', sql: 'SELECT * FROM BIG;' },
    ],
  },
  {
    name: 'aggregations',
    actions: [
      SOURCE,
      TOTALS,
      WINDOWS,
      insert(5),
      settle,
      insert(5),
      { kind: 'pull', sql: 'SELECT * FROM TOTALS;' },
      insert(2),
    ],
  },
  {
    name: 'a chain with a repartition',
    actions: [SOURCE, FILTER, CHAINED, REKEYED, insert(6), settle, insert(6), settle],
  },
  {
    name: 'definitions',
    actions: [
      SOURCE,
      FILTER,
      insert(2),
      create(
        'X',
        "CREATE STREAM X (A INT) WITH (KAFKA_TOPIC='x', VALUE_FORMAT='JSON', PARTITIONS=1);",
      ),
      drop('X', 'DROP STREAM X DELETE TOPIC;'),
      create(
        'X',
        "CREATE STREAM X (A INT, B INT) WITH (KAFKA_TOPIC='x', VALUE_FORMAT='JSON', PARTITIONS=3);",
      ),
      TOTALS,
      insert(2),
    ],
  },
  {
    name: 'a query that is dropped and made again',
    actions: [
      SOURCE,
      TOTALS,
      insert(4),
      settle,
      drop('TOTALS', 'DROP TABLE TOTALS DELETE TOPIC;'),
      insert(2),
      TOTALS,
      insert(4),
    ],
  },
];

/** Does one thing and writes down what became of it. Never throws for what the database refuses. */
export async function act(action: Action, machine: Machine, ledger: Ledger): Promise<void> {
  const { database } = machine;
  switch (action.kind) {
    case 'create':
    case 'drop':
      return define(action, { database, machine, ledger });
    case 'insert': {
      const rows = newRows(action.count, machine.random, ledger);
      await Promise.all(rows.map((row) => send(row, { database, machine, ledger })));
      return;
    }
    case 'settle':
      await quietly(machine.until(database.settled()));
      machine.clock.advance(6_000);
      return;
    case 'pull':
      await quietly(machine.until(rowsOf(database, action.sql)));
  }
}

async function define(
  { kind, name, sql }: { kind: 'create' | 'drop'; name: string; sql: string },
  { database, machine, ledger }: { database: Database; machine: Machine; ledger: Ledger },
): Promise<void> {
  const properties = { 'auto.offset.reset': 'earliest' };
  ledger.created.delete(name);
  ledger.dropped.delete(name);
  try {
    await machine.until(database.execute(sql, { properties }));
    ledger.doubtful.delete(name);
    (kind === 'create' ? ledger.created : ledger.dropped).add(name);
  } catch {
    ledger.doubtful.add(name);
  }
}

function newRows(count: number, random: SeededRandom, ledger: Ledger): Sent[] {
  return Array.from({ length: count }, () => {
    const id = ledger.nextId++;
    const row = {
      id,
      k: `k${random.below(4)}`,
      v: random.below(100),
      time: 1_700_000_000_000 + id * 1_000,
    };
    ledger.sent.set(id, row);
    return row;
  });
}

async function send(
  { id, k, v, time }: Sent,
  { database, machine, ledger }: { database: Database; machine: Machine; ledger: Ledger },
): Promise<void> {
  const sql = `INSERT INTO S (K, ID, V, ROWTIME) VALUES ('${k}', ${id}, ${v}, ${time});`;
  try {
    await machine.until(database.execute(sql));
    ledger.acknowledged.add(id);
  } catch {
    // Nobody knows now whether it is there.
  }
}

/** All rows of a pull query. */
export async function rowsOf(database: Database, sql: string): Promise<(readonly unknown[])[]> {
  const result = await database.query(sql);
  const rows: (readonly unknown[])[] = [];
  for (let batch = await result.next(); batch !== null; batch = await result.next()) {
    if (batch.kind === 'rows') rows.push(...batch.rows);
  }
  return rows;
}

async function quietly(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch {
    // What the database refuses after a fault is its right.
  }
}
