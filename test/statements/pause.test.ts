import { expect, test } from 'vitest';
import { TemporaryDatabase } from '../temporary-database.ts';

const STATEMENTS = `
  CREATE STREAM s (v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
  CREATE TABLE n AS SELECT v, COUNT(*) AS c FROM s GROUP BY v EMIT CHANGES;`;
const COUNTS = 'SELECT v, c FROM n;';
const IMMEDIATELY = { properties: { 'millrace.query.pull.wait.ms': 0 } };

test('a paused query reads nothing until it is resumed, and then everything', async () => {
  const temporary = await TemporaryDatabase.open();
  await temporary.run(`${STATEMENTS} INSERT INTO s VALUES (1);`);
  expect(await temporary.database.execute('PAUSE ctas_n_1;')).toMatchObject([
    { commandId: 'pause/CTAS_N_1/execute', commandStatus: { message: 'Query paused.' } },
  ]);
  await temporary.run('INSERT INTO s VALUES (1);');
  expect(await temporary.rows(COUNTS)).toEqual([[1, 1]]);
  expect(await temporary.database.execute('SHOW QUERIES;')).toMatchObject([
    { queries: [{ id: 'CTAS_N_1', state: 'PAUSED', statusCount: { PAUSED: 1 } }] },
  ]);
  expect(await temporary.database.execute('RESUME CTAS_N_1;')).toMatchObject([
    { commandId: 'resume/CTAS_N_1/execute', commandStatus: { message: 'Query resumed.' } },
  ]);
  await temporary.database.settled();
  expect(await temporary.rows(COUNTS)).toEqual([[1, 2]]);
});

test('a query stays paused over a restart', async () => {
  const temporary = await TemporaryDatabase.open();
  await temporary.run(`${STATEMENTS} PAUSE ALL; INSERT INTO s VALUES (1);`);
  await temporary.reopen();
  const result = await temporary.database.query(COUNTS, IMMEDIATELY);
  expect(await result.next()).toBeNull();
  await temporary.run('RESUME ALL;');
  expect(await temporary.rows(COUNTS)).toEqual([[1, 1]]);
});

test('a paused query stays so when its statement is replaced', async () => {
  const temporary = await TemporaryDatabase.open();
  await temporary.run(`
    CREATE STREAM s (v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
    CREATE STREAM big AS SELECT v FROM s WHERE v > 5 EMIT CHANGES;
    PAUSE CSAS_BIG_1;
    CREATE OR REPLACE STREAM big AS SELECT v FROM s WHERE v > 7 EMIT CHANGES;`);
  expect(await temporary.database.execute('SHOW QUERIES;')).toMatchObject([
    { queries: [{ id: 'CSAS_BIG_1', state: 'PAUSED' }] },
  ]);
});

test.each(['PAUSE', 'RESUME'])('%s refuses the id of no query', async (action) => {
  const temporary = await TemporaryDatabase.open();
  await temporary.run(STATEMENTS);
  await expect(temporary.database.execute(`${action} ctas_m_1;`)).rejects.toThrow(
    'Unknown query: there is no persistent query with the id CTAS_M_1. Did you mean CTAS_N_1?',
  );
});

test('ALL of no queries has nothing to do', async () => {
  const { database } = await TemporaryDatabase.open();
  expect(await database.execute('PAUSE ALL; RESUME ALL;')).toEqual([]);
});
