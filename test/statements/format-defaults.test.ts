import { expect, test } from 'vitest';
import { TemporaryDatabase } from '../temporary-database.ts';

const STREAM = "CREATE STREAM s (v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);";

test('a session says what the topics of its sinks begin with', async () => {
  const temporary = await TemporaryDatabase.open();
  await temporary.run(`SET 'ksql.output.topic.name.prefix' = 'team-a.'; ${STREAM}
    CREATE STREAM a AS SELECT * FROM s;
    CREATE STREAM b WITH (KAFKA_TOPIC='b') AS SELECT * FROM s;`);
  expect(await temporary.database.execute('SHOW STREAMS;')).toMatchObject([
    {
      streams: [
        { name: 'S', topic: 's' },
        { name: 'A', topic: 'team-a.A' },
        { name: 'B', topic: 'b' },
      ],
    },
  ]);
});

test('a session says whether single values are wrapped', async () => {
  const temporary = await TemporaryDatabase.open();
  await temporary.run(`SET 'ksql.persistence.wrap.single.values' = 'false'; ${STREAM}
    INSERT INTO s VALUES (3);
    SET 'ksql.persistence.wrap.single.values' = 'true';
    CREATE STREAM wrapped WITH (KAFKA_TOPIC='w') AS SELECT * FROM s;`);
  const lines: string[] = [];
  for (const topic of ['s', 'w']) {
    const result = await temporary.database.query(`PRINT '${topic}' FROM BEGINNING LIMIT 1;`);
    for (let batch = await result.next(); batch !== null; batch = await result.next()) {
      if (batch.kind === 'lines') lines.push(...batch.lines);
    }
  }
  const values = lines.flatMap((line) => /value: ([^,]+)/.exec(line)?.[1] ?? []);
  expect(values).toEqual(['3', '{"V":3}']);
});

test('how long windows hold back results can be set, and means nothing here', async () => {
  const { database } = await TemporaryDatabase.open();
  const property = 'ksql.streams.__emit.interval.ms.kstreams.windowed.aggregation__';
  expect(await database.execute(STREAM, { properties: { [property]: 0 } })).toMatchObject([
    { commandStatus: { status: 'SUCCESS' } },
  ]);
});

test.each([
  ['ksql.output.topic.name.prefix', 'a b'],
  ['ksql.persistence.wrap.single.values', 'maybe'],
])('%s does not take %s', async (name, value) => {
  const { database } = await TemporaryDatabase.open();
  await expect(database.execute(`SET '${name}' = '${value}';`)).rejects.toThrow(
    `Property ${name} does not take '${value}'`,
  );
});
