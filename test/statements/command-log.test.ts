import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/database.ts';
import { COMMAND_TOPIC } from '../../src/statements/command-log.ts';
import { TemporaryDatabase } from '../temporary-database.ts';

const FIRST_SEGMENT = '00000000000000000000.log';

/** A database that was closed, and the file of its command log. */
async function closedWith(sql: string): Promise<{ database: TemporaryDatabase; file: string }> {
  const database = await TemporaryDatabase.open();
  await database.run(sql);
  const { id } = database.database.log.topics().find(({ name }) => name === COMMAND_TOPIC)!;
  await database.database.close();
  return { database, file: join(database.directory, 'log', String(id), '0', FIRST_SEGMENT) };
}

test('a plan that expands a struct of 600 fields is kept over a restart', async () => {
  const database = await TemporaryDatabase.open();
  const fields = Array.from({ length: 600 }, (_, i) => `field_${i}_x INT`).join(', ');
  await database.run(`
    CREATE STREAM s (k INT KEY, p STRUCT<${fields}>) WITH (KAFKA_TOPIC='s', PARTITIONS=1, VALUE_FORMAT='JSON');
    CREATE STREAM o AS SELECT k, p->* FROM s;`);
  await database.reopen();
  await database.run('INSERT INTO s (k, p) VALUES (1, STRUCT(field_0_x := 5, field_599_x := 6));');
  expect(await database.rows('SELECT field_0_x, field_599_x, k FROM o;')).toEqual([[5, 6, 1]]);
});

describe('a command log', () => {
  const SQL = `
    CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', PARTITIONS=1, VALUE_FORMAT='JSON');
    CREATE STREAM o AS SELECT k, v FROM s;`;

  test.each([
    ['of which a bit was flipped', (bytes: Buffer) => bytes.fill(bytes[300]! ^ 1, 300, 301)],
    ['of which the end is missing', (bytes: Buffer) => bytes.subarray(0, -5)],
    ['that is empty', () => Buffer.alloc(0)],
  ])('%s is refused, and left as it is', async (_name, damage) => {
    const { database, file } = await closedWith(SQL);
    const whole = await readFile(file);
    const damaged = damage(Buffer.from(whole));
    await writeFile(file, damaged);
    await expect(openDatabase({ directory: database.directory })).rejects.toMatchObject({
      code: 'CORRUPT',
      message: expect.stringMatching(/_millrace_command.*restore/is),
    });
    expect(await readFile(file)).toEqual(damaged);
    await writeFile(file, whole);
    database.database = await openDatabase({ directory: database.directory });
    const names = database.database.catalog.sources.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['S', 'O']));
  });
});
