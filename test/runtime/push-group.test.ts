import { describe, expect, test } from 'vitest';
import type { QueryBatch, QueryResult } from '../../src/engine.ts';
import type { Row } from '../../src/sql/types.ts';
import { PROPERTIES, TemporaryDatabase } from '../temporary-database.ts';

const PARTITIONS = 3;
const STREAM = `CREATE STREAM s (k INT KEY, n BIGINT)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=${PARTITIONS});`;
const SQL = 'SELECT n, n * 2 AS twice, ROWPARTITION AS p FROM s WHERE n % 3 <> 1 EMIT CHANGES';

/** How many of the rows up to a number the query shows. */
function countOf(written: number): number {
  return Array.from({ length: written }, (_, n) => n).filter((n) => n % 3 !== 1).length;
}

/** Deterministic stand-in for chance. */
function chances(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

async function write(
  { database }: TemporaryDatabase,
  { from, to }: { from: number; to: number },
): Promise<void> {
  const records = Array.from({ length: to - from }, (_, i) => {
    const key = Buffer.alloc(4);
    key.writeInt32BE(from + i);
    return { key, value: Buffer.from(`{"N":${from + i}}`), timestamp: from + i };
  });
  await database.produce('s', records);
}

/** One client: asks for rows, stands still now and then, comes back with its token. */
class Client {
  readonly rows: Row[] = [];
  readonly batches: QueryBatch[] = [];
  result: QueryResult;
  /** Asks for rows in the background until the query has ended. */
  running: Promise<void> = Promise.resolve();
  #held: Promise<void> = Promise.resolve();
  #release: () => void = () => {};

  constructor(result: QueryResult) {
    this.result = result;
  }

  static async start(
    { database }: TemporaryDatabase,
    options: { sql?: string; from: 'earliest' | 'latest'; resume?: string },
  ): Promise<Client> {
    const { sql = `${SQL};`, from, resume } = options;
    const properties = { ...PROPERTIES, 'auto.offset.reset': from };
    const result = await database.query(
      sql,
      resume === undefined ? { properties } : { properties, resume },
    );
    const client = new Client(result);
    client.running = client.#run();
    return client;
  }

  async #run(): Promise<void> {
    for (;;) {
      await this.#held;
      const batch = await this.result.next();
      if (batch === null) return;
      this.batches.push(batch);
      if (batch.kind === 'rows') this.rows.push(...batch.rows);
    }
  }

  hold(): void {
    this.release();
    this.#held = new Promise((resolve) => (this.#release = resolve));
  }

  release(): void {
    this.#release();
  }

  byPartition(): number[][] {
    return Array.from({ length: PARTITIONS }, (_, p) =>
      this.rows.filter((row) => row[2] === p).map((row) => row[0] as number),
    );
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise(setImmediate);
  }
}

describe('push queries that ask the same', () => {
  test('get the rows a lonely one gets, wherever they begin, whatever they do meanwhile', async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(STREAM);
    const chance = chances(7);
    const clients: { client: Client; from: 'earliest' | 'latest'; since: number }[] = [];
    const limited: Client[] = [];
    let written = 0;
    await write(temporary, { from: 0, to: (written = 3000) });
    for (let round = 0; round < 60; round++) {
      if (round % 3 === 0) {
        const from = chance(2) === 0 ? 'earliest' : 'latest';
        clients.push({ client: await Client.start(temporary, { from }), from, since: written });
      }
      if (round % 10 === 5) {
        const sql = `${SQL} LIMIT ${100 + round};`;
        limited.push(await Client.start(temporary, { sql, from: 'latest' }));
      }
      const one = clients[chance(clients.length)]!.client;
      if (chance(2) === 0) one.hold();
      else one.release();
      const count = 1 + chance(400);
      const writing = write(temporary, { from: written, to: (written += count) });
      if (chance(3) > 0) await writing;
    }
    await write(temporary, { from: written, to: (written += 10) });
    for (const { client } of clients) client.release();
    const lonely = await Client.start(temporary, {
      sql: `${SQL.replace('AS p', 'AS p, UUID() AS id')} LIMIT ${countOf(written)};`,
      from: 'earliest',
    });
    await lonely.running;
    const all = lonely.byPartition();
    for (const { client, from, since } of clients) {
      // What was being written when it began may belong to it.
      const atLeast = all.map((numbers) =>
        from === 'earliest' ? numbers : numbers.filter((n) => n >= since),
      );
      await client.until(() =>
        client.byPartition().every((numbers, p) => numbers.at(-1) === all[p]!.at(-1)),
      );
      for (const [p, numbers] of client.byPartition().entries()) {
        expect(numbers).toEqual(all[p]!.slice(-numbers.length));
        expect(numbers.length).toBeGreaterThanOrEqual(atLeast[p]!.length);
        if (from === 'earliest') expect(numbers).toEqual(all[p]);
      }
    }
    for (const [index, client] of limited.entries()) {
      await client.running;
      expect(client.result.finalMessage).toBe('Limit Reached');
      expect(client.rows).toHaveLength(100 + 5 + index * 10);
      for (const numbers of client.byPartition()) {
        expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
        expect(new Set(numbers).size).toBe(numbers.length);
      }
    }
    // At the end of the log all of them are given the same objects.
    const last = clients.map(({ client }) => client.batches.length);
    await write(temporary, { from: written, to: written + 3 });
    await Promise.all(
      clients.map(({ client }, i) => client.until(() => client.batches.length > last[i]!)),
    );
    const shared = new Set(clients.map(({ client }, i) => client.batches[last[i]!]));
    expect(shared.size).toBe(1);
    for (const { client } of clients) await client.result.close();
    await Promise.all(clients.map(({ client }) => client.running));
    expect(clients.map(({ client }) => client.result.finalMessage)).toEqual(
      clients.map(() => 'Query Completed'),
    );
  });

  test('go on behind their tokens: none lost, none twice', async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(STREAM);
    const other = await Client.start(temporary, { from: 'earliest' });
    let client = await Client.start(temporary, { from: 'earliest' });
    const seen: Row[] = [];
    for (let round = 0; round < 12; round++) {
      await write(temporary, { from: round * 30, to: round * 30 + 30 });
      if (round % 2 === 0) await client.until(() => client.rows.length > 0);
      await client.result.close();
      await client.running;
      seen.push(...client.rows);
      const resume = client.result.continuation!;
      client = await Client.start(temporary, { from: 'latest', resume });
    }
    await other.until(() => other.rows.length >= 240);
    await client.until(() => seen.length + client.rows.length >= 240);
    const whole = new Client(client.result);
    whole.rows.push(...seen, ...client.rows);
    expect(whole.byPartition()).toEqual(other.byPartition());
  });

  test('that stands still for long is left behind, and reads on by itself', async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(STREAM);
    const quick = await Client.start(temporary, { from: 'latest' });
    const slow = await Client.start(temporary, { from: 'latest' });
    await write(temporary, { from: 0, to: 6 });
    await slow.until(() => slow.rows.length === 4);
    slow.hold();
    for (let i = 1; i <= 40; i++) {
      await write(temporary, { from: i * 6, to: i * 6 + 6 });
      await quick.until(() => quick.rows.length === 4 * (i + 1));
    }
    slow.release();
    await slow.until(() => slow.rows.length >= quick.rows.length);
    expect(slow.byPartition()).toEqual(quick.byPartition());
    expect(slow.batches.length).toBeLessThan(quick.batches.length);
    await write(temporary, { from: 300, to: 301 });
    await slow.until(() => slow.rows.length > quick.rows.length - 1 && quick.rows.length > 164);
    expect(slow.batches.at(-1)).toBe(quick.batches.at(-1));
  });

  test('of which nobody asks for rows do not hold up those who come later, and find together again', async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(STREAM);
    const slow = await Promise.all(
      Array.from({ length: 3 }, () => Client.start(temporary, { from: 'latest' })),
    );
    await write(temporary, { from: 0, to: 3 });
    await Promise.all(slow.map((client) => client.until(() => client.rows.length === 2)));
    for (const client of slow) client.hold();
    for (let from = 3; from < 15_003; from += 1000)
      await write(temporary, { from, to: from + 1000 });
    const late = await Client.start(temporary, { from: 'latest' });
    await write(temporary, { from: 15_003, to: 15_006 });
    await late.until(() => late.rows.length === 2);
    for (const client of slow) client.release();
    await Promise.all(slow.map((client) => client.until(() => client.rows.length === 10_004)));
    await write(temporary, { from: 15_006, to: 15_009 });
    const all = [...slow, late];
    const counts = [10_006, 10_006, 10_006, 4];
    await Promise.all(all.map((client, i) => client.until(() => client.rows.length >= counts[i]!)));
    expect(all.map(({ rows }) => rows.length)).toEqual(counts);
    for (const client of slow) expect(client.byPartition()).toEqual(slow[0]!.byPartition());
    expect(new Set(all.map(({ batches }) => batches.at(-1))).size).toBe(1);
  });

  test('all end when the topic is deleted', async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(STREAM);
    const clients = await Promise.all(
      Array.from({ length: 3 }, () => Client.start(temporary, { from: 'latest' })),
    );
    const ends = clients.map(({ running }) => expect(running).rejects.toThrow());
    await write(temporary, { from: 0, to: 3 });
    await Promise.all(clients.map((client) => client.until(() => client.rows.length === 2)));
    await temporary.run('DROP STREAM s DELETE TOPIC;');
    await Promise.all(ends);
  });

  test('on a table are all told of deletions', async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(
      `CREATE TABLE t (k INT PRIMARY KEY, n BIGINT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);`,
    );
    const sql = 'SELECT * FROM t EMIT CHANGES;';
    const clients = [
      await Client.start(temporary, { sql, from: 'latest' }),
      await Client.start(temporary, { sql, from: 'latest' }),
    ];
    await temporary.run('INSERT INTO t VALUES (1, 10);');
    const key = Buffer.alloc(4);
    key.writeInt32BE(1);
    await temporary.database.produce('t', [{ key, value: null }]);
    for (const client of clients) {
      await client.until(() => client.rows.length === 2);
      expect(client.rows).toEqual([[1, 10], [1, null]]); // prettier-ignore
      const tombstones = client.batches.flatMap((batch) =>
        batch.kind === 'rows' ? (batch.tombstones ?? batch.rows.map(() => false)) : [],
      );
      expect(tombstones).toEqual([false, true]);
    }
  });

  test('but call for random numbers or keep state share nothing', async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(STREAM);
    for (const sql of [
      'SELECT UUID() AS id, n FROM s EMIT CHANGES;',
      'SELECT n, COUNT(*) AS c FROM s GROUP BY n EMIT CHANGES;',
    ]) {
      const clients = [
        await Client.start(temporary, { sql, from: 'latest' }),
        await Client.start(temporary, { sql, from: 'latest' }),
      ];
      await write(temporary, { from: 0, to: 1 });
      await Promise.all(clients.map((client) => client.until(() => client.batches.length === 1)));
      expect(clients[0]!.batches[0]).not.toBe(clients[1]!.batches[0]);
      for (const client of clients) await client.result.close();
    }
  });
});
