import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Follower } from '../../demo/follower.ts';
import { type Database, openDatabase, type Row } from '../../src/index.ts';

async function withLetters(action: (database: Database) => Promise<void>): Promise<void> {
  await using directory = await mkdtempDisposable(join(tmpdir(), 'millrace-follower-test-'));
  const database = await openDatabase({ directory: directory.path });
  try {
    await database.execute(
      `CREATE STREAM letters (letter VARCHAR) WITH (KAFKA_TOPIC='letters', VALUE_FORMAT='JSON', PARTITIONS=1);`,
    );
    await action(database);
  } finally {
    await database.close();
  }
}

function insert(letter: string): string {
  return `INSERT INTO letters (letter) VALUES ('${letter}');`;
}

test('hands on the rows of a push query in order, and waits for as many as asked', async () => {
  await withLetters(async (database) => {
    const rows: Row[] = [];
    const query = await database.query('SELECT letter FROM letters EMIT CHANGES;');
    const follower = new Follower(query, (row) => rows.push(row));
    await follower.reach(0);
    await database.execute(insert('a') + insert('b'));
    await follower.reach(2);
    expect(rows).toEqual([['a'], ['b']]);
    await follower.close();
    await database.execute(insert('c'));
    expect(rows).toEqual([['a'], ['b']]);
  });
});

test('refuses to wait for rows that a query which has ended will not send', async () => {
  await withLetters(async (database) => {
    const query = await database.query('SELECT letter FROM letters EMIT CHANGES LIMIT 1;');
    const follower = new Follower(query, () => {});
    const waiting = follower.reach(2);
    await database.execute(insert('a'));
    await expect(waiting).rejects.toThrow('The query ended after 1 rows; expected 2.');
    await follower.close();
  });
});
