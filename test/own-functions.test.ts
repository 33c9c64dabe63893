import { expect, test } from 'vitest';
import type { QueryDescriptionEntity } from '../src/api/entities.ts';
import { openDatabase } from '../src/database.ts';
import { overload, parameter, type ScalarFunction } from '../src/functions/function.ts';
import { INTEGER } from '../src/sql/types.ts';
import { PROPERTIES, TemporaryDatabase } from './temporary-database.ts';

const thrice: ScalarFunction = {
  name: 'THRICE',
  displayName: 'thrice',
  category: 'MATHEMATICAL',
  description: 'Three times the value.',
  examples: [],
  overloads: [overload([parameter('value', INTEGER)], INTEGER, (value: number) => value * 3)],
};

test('a database calls the functions it is opened with, and says which query lacks one', async () => {
  const functions = { scalars: [thrice] };
  const temporary = await TemporaryDatabase.open({ functions });
  await temporary.run(`
    CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', PARTITIONS=1, VALUE_FORMAT='JSON');
    CREATE STREAM o AS SELECT k, THRICE(v) AS w FROM s;
    INSERT INTO s (k, v) VALUES (1, 14);`);
  expect(await temporary.rows('SELECT w FROM o;')).toEqual([[42]]);
  await temporary.reopen();
  await temporary.run('INSERT INTO s (k, v) VALUES (2, 1);');
  expect(await temporary.rows('SELECT w FROM o;')).toEqual([[42], [3]]);
  await temporary.database.close();
  temporary.database = await openDatabase({ directory: temporary.directory });
  const [entity] = await temporary.database.execute('EXPLAIN CSAS_O_1;', {
    properties: PROPERTIES,
  });
  expect((entity as QueryDescriptionEntity).queryDescription).toMatchObject({
    state: 'ERROR',
    queryErrors: [
      { errorMessage: expect.stringContaining("Can't find any functions with the name 'THRICE'") },
    ],
  });
  await expect(
    temporary.database.execute('CREATE STREAM p AS SELECT k, THRICE(v) AS w FROM s;'),
  ).rejects.toThrow("Can't find any functions with the name 'THRICE'");
});
