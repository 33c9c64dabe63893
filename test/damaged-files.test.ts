import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startServer } from '../server/app.ts';
import { openDatabase } from '../src/database.ts';
import { TemporaryDatabase } from './temporary-database.ts';

test('a damaged partition is offline and said so; what does not read it goes on', async () => {
  const temporary = await TemporaryDatabase.open();
  await temporary.run(
    `CREATE STREAM a (v INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITIONS=1);
     CREATE STREAM b (v INT) WITH (KAFKA_TOPIC='b', VALUE_FORMAT='JSON', PARTITIONS=1);
     CREATE STREAM of_a AS SELECT v FROM a;
     CREATE STREAM of_b AS SELECT v FROM b;
     INSERT INTO a VALUES (1); INSERT INTO a VALUES (2); INSERT INTO b VALUES (1);`,
  );
  const { directory, database } = temporary;
  const { id } = database.log.topic('a')!;
  await database.close();
  const partition = join(directory, 'log', String(id), '0');
  const [segment] = (await readdir(partition)).filter((name) => name.endsWith('.log'));
  const path = join(partition, segment!);
  const bytes = await readFile(path);
  bytes[30] = bytes[30]! ^ 1;
  await writeFile(path, bytes);
  const errors: string[] = [];
  const say = (_: object, message: string): void => void errors.push(message);
  const logger = { debug() {}, info() {}, warn: say, error: say };
  temporary.database = await openDatabase({ directory, logger });
  await temporary.run('INSERT INTO b VALUES (2);');
  expect(await temporary.rows('SELECT v FROM of_b;')).toEqual([[1], [2]]);
  await expect(temporary.rows('SELECT v FROM a;')).rejects.toMatchObject({
    code: 'CORRUPT',
    message: expect.stringContaining(`${path}, byte 0`),
  });
  expect(await readFile(path)).toEqual(bytes);
  const server = await startServer({ engine: temporary.database, port: 0, logger });
  const health = await (await fetch(`${server.url}/healthcheck`)).json();
  await server.close();
  expect(health).toMatchObject({
    isHealthy: true,
    serverState: 'DEGRADED',
    details: { kafka: { isHealthy: false }, metastore: { isHealthy: true } },
  });
  expect(errors.join()).toContain('a partition is damaged and offline; others work');
});
