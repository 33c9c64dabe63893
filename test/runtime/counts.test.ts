import { expect, test } from 'vitest';
import { TemporaryDatabase } from '../temporary-database.ts';

async function described(temporary: TemporaryDatabase, source: string) {
  const [entity] = await temporary.database.execute(`DESCRIBE ${source} EXTENDED;`, {});
  if (entity?.['@type'] !== 'sourceDescription') throw new Error('no description');
  const { statistics, errorStats } = entity.sourceDescription;
  return { statistics, errorStats };
}

const bytes = (text: string) => [{ key: Buffer.from([0, 0, 0, 1]), value: Buffer.from(text) }];

test('what DESCRIBE EXTENDED counts goes on over a restart', async () => {
  const temporary = await TemporaryDatabase.open();
  await temporary.run(`
    CREATE STREAM s (id INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
    CREATE STREAM c AS SELECT id, 10 / v AS r FROM s;
    CREATE STREAM d AS SELECT id, v FROM s;
  `);
  for (const text of ['{"v":5}', '{"v":', 'x', '{"v":0}']) {
    await temporary.database.produce('s', bytes(text));
    await temporary.database.settled();
  }
  const ofSource = await described(temporary, 's');
  expect(ofSource.errorStats).toBe(
    '2 records could not be read\n' +
      'CSAS_C_1: 2 records left out, 1 errors in rows\n' +
      'CSAS_D_2: 2 records left out, 0 errors in rows',
  );
  const ofSink = await described(temporary, 'c');
  expect(ofSink.statistics).toMatch(/^CSAS_C_1: 2 records out in \d ticks, 0 late records$/);

  await temporary.reopen();
  expect(await described(temporary, 's')).toEqual(ofSource);
  expect(await described(temporary, 'c')).toEqual(ofSink);

  // A query that reads everything again does not count its records again for the source.
  await temporary.run('CREATE STREAM e AS SELECT id, v FROM s;');
  await temporary.database.produce('s', bytes('y'));
  await temporary.database.settled();
  expect((await described(temporary, 's')).errorStats).toBe(
    '3 records could not be read\n' +
      'CSAS_C_1: 3 records left out, 1 errors in rows\n' +
      'CSAS_D_2: 3 records left out, 0 errors in rows\n' +
      'CSAS_E_3: 3 records left out, 0 errors in rows',
  );
});

test('a source made anew under the name of a dropped one counts from zero', async () => {
  const temporary = await TemporaryDatabase.open();
  const create =
    "CREATE STREAM s (id INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);";
  await temporary.run(`${create} CREATE STREAM c AS SELECT * FROM s;`);
  for (let i = 0; i < 3; i++) await temporary.database.produce('s', bytes('x'));
  await temporary.database.settled();
  await temporary.run('DROP STREAM c DELETE TOPIC; DROP STREAM s DELETE TOPIC;');
  await temporary.run(`${create} CREATE STREAM c AS SELECT * FROM s;`);
  expect((await described(temporary, 's')).errorStats).toBe('');
  await temporary.database.produce('s', bytes('x'));
  await temporary.database.settled();
  await temporary.reopen();
  expect((await described(temporary, 's')).errorStats).toMatch(/^1 records could not be read\n/);
});
