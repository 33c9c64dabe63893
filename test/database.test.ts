import { describe, expect, test } from 'vitest';
import { DatabaseError } from '../src/base/errors.ts';
import { openDatabase } from '../src/database.ts';
import { PROPERTIES, TemporaryDatabase } from './temporary-database.ts';

const STREAM = `CREATE STREAM s (k INT KEY, v BIGINT)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=2);`;

/** The state of each persistent query, by id. */
async function queryStates({ database }: TemporaryDatabase): Promise<Record<string, string>> {
  const [entity] = await database.execute('SHOW QUERIES;');
  if (entity?.['@type'] !== 'queries') throw new Error('SHOW QUERIES lists queries');
  return Object.fromEntries(entity.queries.map(({ id, state }) => [id, state]));
}

async function streamNames({ database }: TemporaryDatabase): Promise<string[]> {
  const [entity] = await database.execute('SHOW STREAMS;');
  if (entity?.['@type'] !== 'streams') throw new Error('SHOW STREAMS lists streams');
  return entity.streams.map(({ name }) => name);
}

/** Encodes a record of the stream `s`. */
function record(k: number, v: number | string) {
  const key = Buffer.alloc(4);
  key.writeInt32BE(k);
  return { key, value: Buffer.from(`{"V":${v}}`), timestamp: k };
}

describe('a tick', () => {
  test('carries a row through a chain of queries in one commit', async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(
      `${STREAM}
       CREATE TABLE t0 AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
       CREATE TABLE t1 AS SELECT k, n AS n FROM t0;
       CREATE TABLE t2 AS SELECT k, n AS n FROM t1;
       CREATE TABLE t3 AS SELECT k, n AS n FROM t2;`,
    );
    for (let n = 1; n <= 20; n++) {
      await temporary.database.execute('INSERT INTO s VALUES (1, 0);');
      const watch = await temporary.database.query(
        `SELECT n FROM t3 WHERE n = ${n} EMIT CHANGES LIMIT 1;`,
        { properties: PROPERTIES },
      );
      // As soon as the end of the chain shows a row, every table before it does.
      await watch.next();
      for (const table of ['t0', 't1', 't2', 't3']) {
        expect(await temporary.rows(`SELECT n FROM ${table} WHERE k = 1;`)).toEqual([[n]]);
      }
      await watch.close();
    }
  });

  test('takes in what is inserted into the sink of a query while that query writes to it', async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(
      `${STREAM}
       CREATE STREAM t AS SELECT k, v FROM s;
       CREATE TABLE n AS SELECT v, COUNT(*) AS n FROM t GROUP BY v;`,
    );
    const writes: Promise<unknown>[] = [];
    for (let i = 0; i < 200; i++) {
      writes.push(temporary.database.execute(`INSERT INTO s VALUES (${i}, 1);`));
      writes.push(temporary.database.execute(`INSERT INTO t VALUES (${i}, 2);`));
      if (i % 10 === 0) await Promise.all(writes.splice(0));
    }
    await Promise.all(writes);
    await temporary.database.settled();
    const counts = await temporary.rows('SELECT v, n FROM n WHERE v IN (1, 2);');
    expect(counts.toSorted()).toEqual([[1, 200], [2, 200]]); // prettier-ignore
    expect(await temporary.rows('SELECT k FROM t;')).toHaveLength(400);
  });

  test('of many queries on one stream gives each all rows', async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(STREAM);
    const creates = Array.from(
      { length: 40 },
      (_, i) => `CREATE TABLE t${i} AS SELECT k, SUM(v) * ${i} AS x FROM s GROUP BY k;`,
    );
    await temporary.run(creates.join('\n'));
    const records = Array.from({ length: 2000 }, (_, i) => record(i % 10, i));
    await temporary.database.produce('s', records);
    await temporary.database.settled();
    for (let i = 0; i < 40; i++) {
      // Rows with k = 3 are 3, 13, ..., 1993: 200 of them, 998 on average.
      expect(await temporary.rows(`SELECT x FROM t${i} WHERE k = 3;`)).toEqual([[199_600 * i]]);
    }
  });

  test('of a query that has a backlog does not keep a new row from others for long', async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(
      `${STREAM}
       CREATE STREAM live (k INT KEY, v BIGINT) WITH (KAFKA_TOPIC='l', VALUE_FORMAT='JSON', PARTITIONS=1);
       CREATE STREAM copied AS SELECT k, v FROM live;`,
    );
    await temporary.database.produce(
      's',
      Array.from({ length: 20_000 }, (_, i) => record(i, i)),
    );
    const create = 'CREATE TABLE big AS SELECT v, COUNT(*) AS n FROM s GROUP BY v;';
    await temporary.database.execute(create, { properties: PROPERTIES });
    await temporary.database.execute('INSERT INTO live VALUES (1, 1);');
    const rows = await temporary.rows('SELECT v FROM copied EMIT CHANGES LIMIT 1;');
    expect(rows).toEqual([[1]]);
    await temporary.database.settled();
    expect(await temporary.rows('SELECT v FROM big;')).toHaveLength(20_000);
  });
});

describe('a query that fails', () => {
  const FAILING = `CREATE STREAM s (k INT KEY, m DECIMAL(2, 1))
      WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
    CREATE STREAM before AS SELECT k, m FROM s;
    CREATE TABLE failing AS SELECT k, SUM(m) AS total FROM s GROUP BY k;
    CREATE TABLE counted AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
    CREATE TABLE dependent AS SELECT k, total FROM failing;`;

  test('is stopped while all others go on, and what it wrote stays', async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(FAILING);
    await temporary.run('INSERT INTO s VALUES (1, 9.9);');
    await temporary.run('INSERT INTO s VALUES (1, 0.1);');
    await temporary.run('INSERT INTO s VALUES (2, 1.0);');
    expect(await queryStates(temporary)).toEqual({
      CSAS_BEFORE_1: 'RUNNING',
      CTAS_FAILING_2: 'ERROR',
      CTAS_COUNTED_3: 'RUNNING',
      CTAS_DEPENDENT_4: 'RUNNING',
    });
    expect(await temporary.rows('SELECT k, n FROM counted;')).toEqual([[1, 2], [2, 1]]); // prettier-ignore
    expect(await temporary.rows('SELECT k FROM before;')).toEqual([[1], [1], [2]]);
    expect(await temporary.rows('SELECT k, total FROM dependent;')).toEqual([[1, 99]]);
  });

  test('writes each row of the others once', async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(FAILING);
    const key = Buffer.from([0, 0, 0, 1]);
    const values = ['9.9', '9.8', '0.1'].map((m) => Buffer.from(`{"M":${m}}`));
    await temporary.database.produce(
      's',
      values.map((value) => ({ key, value })),
    );
    await temporary.database.settled();
    expect(await temporary.rows('SELECT m FROM before;')).toEqual([[99], [98], [1]]);
    expect(await temporary.rows('SELECT n FROM counted WHERE k = 1;')).toEqual([[3]]);
    expect(await temporary.rows('SELECT total FROM dependent;')).toEqual([]);
  });

  test('fails again after a restart, and can be dropped', async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(FAILING);
    await temporary.run('INSERT INTO s VALUES (1, 9.9);');
    await temporary.run('INSERT INTO s VALUES (1, 0.1);');
    await temporary.reopen();
    expect((await queryStates(temporary))['CTAS_FAILING_2']).toBe('ERROR');
    expect(await temporary.rows('SELECT n FROM counted WHERE k = 1;')).toEqual([[2]]);
    await temporary.run('DROP TABLE dependent; DROP TABLE failing;');
    expect(Object.keys(await queryStates(temporary))).toEqual(['CSAS_BEFORE_1', 'CTAS_COUNTED_3']);
  });
});

describe('statements', () => {
  test('that 50 clients send at once succeed once', async () => {
    const temporary = await TemporaryDatabase.open();
    const attempts = Array.from({ length: 50 }, () => temporary.database.execute(STREAM));
    const outcomes = await Promise.allSettled(attempts);
    const failures = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [outcome.reason as DatabaseError] : [],
    );
    expect(failures).toHaveLength(49);
    expect(new Set(failures.map(({ code }) => code))).toEqual(new Set(['ALREADY_EXISTS']));
    expect(await streamNames(temporary)).toEqual(['S']);
  });

  test('of different clients that create and drop at once leave one consistent result', async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(STREAM);
    const attempts = Array.from({ length: 30 }, (_, i) =>
      temporary.database.execute(
        i % 2 === 0 ? 'CREATE STREAM t AS SELECT k, v FROM s;' : 'DROP STREAM t;',
      ),
    );
    await Promise.allSettled(attempts);
    const names = await streamNames(temporary);
    const queries = Object.keys(await queryStates(temporary));
    expect(queries).toHaveLength(names.includes('T') ? 1 : 0);
    await temporary.reopen();
    expect(await streamNames(temporary)).toEqual(names);
    expect(Object.keys(await queryStates(temporary))).toEqual(queries);
  });

  test('sent together are all checked before the first one runs', async () => {
    const temporary = await TemporaryDatabase.open();
    const sql = `${STREAM}
      CREATE STREAM t AS SELECT k, v FROM s;
      INSERT INTO s VALUES (1, 1);
      CREATE TABLE u AS SELECT missing, COUNT(*) AS n FROM t GROUP BY missing;`;
    await expect(temporary.database.execute(sql)).rejects.toMatchObject({
      code: 'UNKNOWN_COLUMN',
      statementText: 'CREATE TABLE u AS SELECT missing, COUNT(*) AS n FROM t GROUP BY missing;',
      entities: [],
    });
    expect(await streamNames(temporary)).toEqual([]);
  });

  test('sent together may build on one another', async () => {
    const temporary = await TemporaryDatabase.open();
    const entities = await temporary.database.execute(
      `${STREAM}
       CREATE STREAM t AS SELECT k, v FROM s;
       INSERT INTO s VALUES (1, 1);
       SET 'auto.offset.reset' = 'earliest';
       CREATE STREAM late AS SELECT k, v FROM s;
       DROP STREAM t;
       CREATE STREAM IF NOT EXISTS s (k INT KEY, v BIGINT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');`,
    );
    expect(entities.map((entity) => entity['@type'])).toEqual([
      'currentStatus',
      'currentStatus',
      'currentStatus',
      'currentStatus',
      'warning_entity',
    ]);
    await temporary.database.settled();
    expect(await temporary.rows('SELECT v FROM late;')).toEqual([[1]]);
  });

  test('that are not queries are refused as queries, and the reverse', async () => {
    const { database } = await TemporaryDatabase.open();
    await expect(database.query('SHOW STREAMS;')).rejects.toMatchObject({ code: 'WRONG_ENDPOINT' });
    await expect(database.execute('SELECT 1 FROM s;')).rejects.toMatchObject({
      code: 'WRONG_ENDPOINT',
    });
    await expect(database.query('')).rejects.toMatchObject({ code: 'BAD_STATEMENT' });
    expect(await database.execute('')).toEqual([]);
  });
});

describe('opening again', () => {
  test('replays the statements, state and offsets', async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(
      `${STREAM}
       CREATE TABLE t AS SELECT k, COUNT(*) AS n, SUM(v) AS total FROM s GROUP BY k;
       CREATE STREAM gone AS SELECT k, v FROM s;`,
    );
    const { clusterId } = temporary.database;
    for (let round = 1; round <= 4; round++) {
      const records = Array.from({ length: 500 }, (_, i) => record(i % 5, '9007199254740993'));
      await temporary.database.produce('s', records);
      // Whether or not the queries have processed everything by now.
      if (round % 2 === 0) await temporary.database.settled();
      if (round === 2) await temporary.run('DROP STREAM gone;');
      await temporary.reopen();
      const rows = await temporary.rows('SELECT k, n, total FROM t WHERE k = 3;');
      expect(rows).toEqual([[3, 100 * round, 900719925474099300n * BigInt(round)]]);
    }
    expect(temporary.database.clusterId).toBe(clusterId);
    expect(Object.keys(await queryStates(temporary))).toEqual(['CTAS_T_1']);
  });

  test('does not give out the id of a query twice', async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(`${STREAM} CREATE STREAM t AS SELECT k, v FROM s; DROP STREAM t;`);
    await temporary.reopen();
    await temporary.run('CREATE STREAM t AS SELECT k, v FROM s;');
    expect(Object.keys(await queryStates(temporary))).toEqual(['CSAS_T_3']);
  });

  test('is refused while the database is open', async () => {
    const temporary = await TemporaryDatabase.open();
    const { directory } = temporary;
    await expect(openDatabase({ directory })).rejects.toMatchObject({ code: 'IN_USE' });
    expect(temporary.database.status).toBe('ready');
  });
});

describe('a closed database', () => {
  test('refuses everything and can be closed twice', async () => {
    const { database } = await TemporaryDatabase.open();
    await database.close();
    await database.close();
    expect(database.status).toBe('closed');
    await expect(database.execute('SHOW STREAMS;')).rejects.toMatchObject({ code: 'STOPPING' });
    await expect(database.query('SELECT * FROM s;')).rejects.toMatchObject({ code: 'STOPPING' });
    await database.settled();
  });

  test('has ended its push queries', async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(STREAM);
    const push = await temporary.database.query('SELECT * FROM s EMIT CHANGES;');
    const next = push.next();
    await temporary.database.close();
    expect(await next).toBe(null);
  });
});

describe('a push query', () => {
  test('shows each row once, in order, while rows come in', async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(STREAM);
    const sql = 'SELECT v FROM s WHERE k = 1 EMIT CHANGES LIMIT 300;';
    const rows = temporary.rows(sql);
    for (let i = 0; i < 300; i++) await temporary.database.produce('s', [record(1, i)]);
    expect(await rows).toEqual(Array.from({ length: 300 }, (_, i) => [i]));
  });

  test('can be closed by its id, once', async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(STREAM);
    const push = await temporary.database.query('SELECT * FROM s EMIT CHANGES;');
    const next = push.next();
    expect(temporary.database.closeQuery(push.queryId)).toBe(true);
    expect(await next).toBe(null);
    expect(push.finalMessage).toBe('Query Completed');
    expect(temporary.database.closeQuery(push.queryId)).toBe(false);
  });

  test.each(['SELECT v FROM s EMIT CHANGES;', "PRINT 's' FROM BEGINNING;"])(
    'ends with an error when its topic is deleted, and blocks nobody: %s',
    async (sql) => {
      const temporary = await TemporaryDatabase.open();
      await temporary.run(STREAM);
      await temporary.run('INSERT INTO s VALUES (1, 1);');
      const push = await temporary.database.query(sql, { properties: PROPERTIES });
      expect(await push.next()).not.toBe(null);
      const failed = expect(push.next()).rejects.toBeInstanceOf(DatabaseError);
      await temporary.run('DROP STREAM s DELETE TOPIC;');
      await failed;
      expect(await push.next()).toBe(null);
      expect(temporary.database.closeQuery(push.queryId)).toBe(false);
      await temporary.run(STREAM);
      await temporary.run('INSERT INTO s VALUES (2, 2);');
      expect(await temporary.rows('SELECT v FROM s;')).toEqual([[2]]);
    },
  );
});

test('rows of a client are refused for a topic that does not exist', async () => {
  const { database } = await TemporaryDatabase.open();
  await expect(database.produce('none', [record(1, 1)])).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
});

test('a small cache changes no result', async () => {
  const temporary = await TemporaryDatabase.open({ cacheBytesMax: 50_000 });
  await temporary.run(
    `${STREAM}
     CREATE TABLE t AS SELECT k, COUNT(*) AS n, SUM(v) AS total FROM s GROUP BY k;`,
  );
  for (let round = 0; round < 4; round++) {
    const records = Array.from({ length: 1500 }, (_, i) => record(i, i));
    await temporary.database.produce('s', records);
    await temporary.database.settled();
  }
  const rows = await temporary.rows('SELECT k, n, total FROM t;');
  expect(rows).toHaveLength(1500);
  const wrong = rows.filter(([k, n, total]) => n !== 4 || total !== (k as number) * 4);
  expect(wrong).toEqual([]);
});
