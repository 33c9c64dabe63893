import { rm } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { PROPERTIES, TemporaryDatabase } from '../temporary-database.ts';
import { writeOldDirectory } from './old-directory.ts';

const COUNT = 12_000;
const TIME = 1_700_000_000_100;

test('queries over joins go on with state from before they kept rows that wait', async () => {
  const temporary = await TemporaryDatabase.open();
  await temporary.database.close();
  await rm(temporary.directory, { recursive: true });
  await writeOldDirectory(temporary.directory, 'beforeHeldRows');
  await temporary.reopen();
  expect(await temporary.rows('SELECT * FROM COUNTS;')).toEqual([[0, 6]]);
  await temporary.run(`INSERT INTO A (K, V, L, ROWTIME) VALUES (0, 4, ARRAY[1], ${TIME});`);
  expect(await temporary.rows('SELECT * FROM COUNTS;')).toEqual([[0, 9]]);
  const ofFour = 'SELECT V, W, X FROM THREE WHERE V = 4;';
  expect(await temporary.rows(ofFour)).toEqual([0, 1, 2].map((w) => [4, w, 7]));
  expect(await temporary.rows('SELECT W FROM EXPLODED WHERE K = 0;')).toHaveLength(18 + 3);

  const key = Buffer.from([0, 0, 0, 1]);
  const partners = Array.from({ length: COUNT }, (_, w) => w);
  await temporary.database.produce(
    'b',
    partners.map((w) => ({ key, value: Buffer.from(`{"W":${w}}`), timestamp: TIME })),
  );
  await temporary.database.settled();
  await temporary.database.execute(
    `INSERT INTO A (K, V, L, ROWTIME) VALUES (1, 5, ARRAY[8], ${TIME});`,
    { properties: PROPERTIES },
  );
  await temporary.reopen();
  const met = await temporary.rows('SELECT W FROM EXPLODED WHERE E = 8;');
  expect(met).toEqual(partners.map((w) => [w]));
  // Two rows of key 1 were there before.
  const counts = await temporary.rows('SELECT * FROM COUNTS;');
  expect(counts.sort()).toEqual([
    [0, 9],
    [1, 3 * COUNT],
  ]);
});
