import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { TemporaryDatabase } from './temporary-database.ts';

interface Event {
  readonly key: number;
  readonly group: string | null;
  readonly value: number | null;
  readonly time: number;
}

type Action =
  | { readonly kind: 'events'; readonly events: readonly Event[] }
  | { readonly kind: 'users'; readonly cities: readonly (readonly [number, string | null])[] }
  | { readonly kind: 'settle' | 'restart' };

const WINDOW_MS = 10;
const GRACE_MS = 30;

const event: fc.Arbitrary<Event> = fc.record({
  key: fc.nat(5),
  group: fc.option(fc.constantFrom('x', 'y', 'z', '')),
  value: fc.option(fc.integer({ min: -20, max: 20 })),
  time: fc.nat(60),
});
const city = fc.tuple(fc.nat(5), fc.option(fc.constantFrom('rome', 'oslo'), { freq: 3 }));
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({
    kind: fc.constant('events' as const),
    events: fc.array(event, { minLength: 1, maxLength: 20 }),
  }),
  fc.record({
    kind: fc.constant('users' as const),
    cities: fc.array(city, { minLength: 1, maxLength: 8 }),
  }),
  fc.constant({ kind: 'settle' as const }),
  fc.constant({ kind: 'restart' as const }),
);

const DEFINITIONS = `
  CREATE STREAM events (k INT KEY, g VARCHAR, v BIGINT)
    WITH (KAFKA_TOPIC='events', VALUE_FORMAT='JSON', PARTITIONS=2);
  CREATE TABLE users (id INT PRIMARY KEY, city VARCHAR)
    WITH (KAFKA_TOPIC='users', VALUE_FORMAT='JSON', PARTITIONS=2);
  CREATE TABLE by_key AS SELECT k, COUNT(*) AS n, SUM(v) AS total, MIN(v) AS low, MAX(v) AS high
    FROM events GROUP BY k;
  CREATE TABLE by_group AS SELECT g, COUNT(v) AS n, SUM(v) AS total
    FROM events GROUP BY g HAVING SUM(v) > 0;
  CREATE TABLE copied AS SELECT g, total + 1 AS total FROM by_group WHERE n > 1;
  CREATE TABLE by_window AS SELECT k, COUNT(*) AS n FROM events
    WINDOW TUMBLING (SIZE ${WINDOW_MS} MILLISECONDS, GRACE PERIOD ${GRACE_MS} MILLISECONDS)
    GROUP BY k;
  CREATE TABLE by_city AS SELECT city, COUNT(*) AS n, SUM(id) AS ids FROM users GROUP BY city;
  CREATE STREAM moved AS SELECT g, k, v FROM events PARTITION BY g;
  CREATE TABLE of_moved AS SELECT k, SUM(v) AS total FROM moved GROUP BY k;`;

/** What the views have to be, by plain loops over everything that was written. */
class Recomputation {
  readonly #events: Event[] = [];
  readonly #cities = new Map<number, string | null>();
  /** Stream time of the windows, by key: a key has a partition, but keys may share one. */
  readonly #partitionOf: (key: number) => number;

  constructor(partitionOf: (key: number) => number) {
    this.#partitionOf = partitionOf;
  }

  take(taken: Action): void {
    if (taken.kind === 'events') this.#events.push(...taken.events);
    if (taken.kind !== 'users') return;
    for (const [id, name] of taken.cities) {
      if (name === null) this.#cities.delete(id);
      else this.#cities.set(id, name);
    }
  }

  byKey(): unknown[][] {
    return groups(this.#events, ({ key }) => key).map(([key, rows]) => {
      const values = valuesOf(rows);
      const low = values.length === 0 ? null : Math.min(...values);
      const high = values.length === 0 ? null : Math.max(...values);
      return [key, rows.length, sum(values), low, high];
    });
  }

  byGroup(): [string, number, number][] {
    const grouped = this.#events.filter(({ group }) => group !== null);
    return groups(grouped, ({ group }) => group as string)
      .map(([group, rows]): [string, number, number] => {
        const values = valuesOf(rows);
        return [group, values.length, sum(values)];
      })
      .filter(([, , total]) => total > 0);
  }

  copied(): unknown[][] {
    return this.byGroup().flatMap(([group, n, total]) => (n > 1 ? [[group, total + 1]] : []));
  }

  byWindow(): unknown[][] {
    const streamTimes = new Map<number, number>();
    const counts = new Map<string, [number, number, number]>();
    for (const { key, time } of this.#events) {
      const partition = this.#partitionOf(key);
      const streamTime = Math.max(time, streamTimes.get(partition) ?? 0);
      streamTimes.set(partition, streamTime);
      const start = time - (time % WINDOW_MS);
      if (start + WINDOW_MS <= streamTime - GRACE_MS) continue;
      const counted = counts.get(`${key}/${start}`)?.[2] ?? 0;
      counts.set(`${key}/${start}`, [key, start, counted + 1]);
    }
    const retentionMs = WINDOW_MS + GRACE_MS;
    return [...counts.values()].filter(([key, start]) => {
      return start > (streamTimes.get(this.#partitionOf(key)) ?? 0) - retentionMs;
    });
  }

  /** Groups without rows stay in a view, so only those with rows are compared. */
  byCity(): unknown[][] {
    return groups([...this.#cities], ([, name]) => name as string).map(([name, users]) => {
      return [name, users.length, sum(users.map(([id]) => id))];
    });
  }

  ofMoved(): unknown[][] {
    return groups(this.#events, ({ key }) => key).map(([key, rows]) => [key, sum(valuesOf(rows))]);
  }
}

function groups<T, K>(rows: readonly T[], keyOf: (row: T) => K): [K, T[]][] {
  return [...Map.groupBy(rows, keyOf)];
}

function valuesOf(rows: readonly Event[]): number[] {
  return rows.flatMap(({ value }) => value ?? []);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function sorted(rows: readonly (readonly unknown[])[]): string[] {
  return rows.map((row) => JSON.stringify(row)).toSorted();
}

function keyBytes(key: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(key);
  return bytes;
}

/** Writes all records of an action at once, so that ticks begin and end anywhere among them. */
async function write(temporary: TemporaryDatabase, action: Action): Promise<void> {
  const { database } = temporary;
  switch (action.kind) {
    case 'events':
      await database.produce(
        'events',
        action.events.map(({ key, group, value, time }) => ({
          key: keyBytes(key),
          value: Buffer.from(JSON.stringify({ G: group, V: value })),
          timestamp: time,
        })),
      );
      return;
    case 'users':
      await database.produce(
        'users',
        action.cities.map(([id, name]) => ({
          key: keyBytes(id),
          value: name === null ? null : Buffer.from(JSON.stringify({ CITY: name })),
          timestamp: 0,
        })),
      );
      return;
    case 'settle':
      return database.settled();
    case 'restart':
      return temporary.reopen();
  }
}

/** Where the log puts each key: asked of the log itself. */
async function partitionsOf(temporary: TemporaryDatabase): Promise<(key: number) => number> {
  const partitions: number[] = [];
  await temporary.run(
    `CREATE STREAM probe (k INT KEY, v INT)
      WITH (KAFKA_TOPIC='probe', VALUE_FORMAT='JSON', PARTITIONS=2);`,
  );
  for (let key = 0; key <= 5; key++) {
    const record = { key: keyBytes(key), value: Buffer.from('{}'), timestamp: 0 };
    const [written] = await temporary.database.produce('probe', [record]);
    partitions.push(written!.partition);
  }
  return (key) => partitions[key]!;
}

test('views equal a recomputation, whatever is written and whenever the database is restarted', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(action, { minLength: 1, maxLength: 12 }),
      fc.boolean(),
      fc.constantFrom(5_000, 10_000_000),
      async (actions, merge, cacheBytesMax) => {
        const temporary = await TemporaryDatabase.open({ cacheBytesMax });
        const expected = new Recomputation(await partitionsOf(temporary));
        await temporary.database.execute(DEFINITIONS, {
          properties: {
            'auto.offset.reset': 'earliest',
            'cache.max.bytes.buffering': merge ? 1_000_000 : 0,
          },
        });
        for (const each of actions) {
          expected.take(each);
          await write(temporary, each);
        }
        await temporary.database.settled();
        const found = async (sql: string) => sorted(await temporary.rows(sql));
        expect(await found('SELECT * FROM by_key;')).toEqual(sorted(expected.byKey()));
        expect(await found('SELECT * FROM by_group;')).toEqual(sorted(expected.byGroup()));
        expect(await found('SELECT * FROM copied;')).toEqual(sorted(expected.copied()));
        const windows = await found('SELECT k, WINDOWSTART, n FROM by_window;');
        expect(windows).toEqual(sorted(expected.byWindow()));
        const cities = await found('SELECT * FROM by_city WHERE n > 0;');
        expect(cities).toEqual(sorted(expected.byCity()));
        expect(await found('SELECT * FROM of_moved;')).toEqual(sorted(expected.ofMoved()));
        await temporary.dispose();
      },
    ),
    { numRuns: 15 },
  );
}, 60_000);
