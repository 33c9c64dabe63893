import { expect, test } from 'vitest';
import { TemporaryDatabase } from '../temporary-database.ts';

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
