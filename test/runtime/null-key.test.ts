import { expect, test } from 'vitest';
import { Pipeline } from '../../src/testing/pipeline.ts';

/** Takes records of topic `s`, key and value as texts, through the statements; gives those of the topic of OUT. */
async function outOf(
  statements: readonly string[],
  records: readonly (readonly [key: string | null, value: string | null])[],
): Promise<(readonly [string | null, string | null])[]> {
  const pipeline = await Pipeline.open(new Map());
  try {
    await pipeline.ensureTopic('s', 1);
    for (const sql of statements) await pipeline.execute(sql);
    await pipeline.run(
      records.map(([key, value]) => {
        return { topic: 's', key: bytes(key), value: bytes(value), timestamp: 0, headers: [] };
      }),
    );
    return pipeline
      .records('OUT')
      .map(({ key, value }) => [key?.toString() ?? null, value?.toString() ?? null] as const);
  } finally {
    await pipeline.close();
  }
}

function bytes(text: string | null): Buffer | null {
  return text === null ? null : Buffer.from(text);
}

const TWO_KEYS = `CREATE STREAM s (a INT KEY, b INT KEY, v INT) WITH (KAFKA_TOPIC='s', FORMAT='JSON');`;

test('a null key is written as null, a key of nulls as an object of nulls', async () => {
  const written = await outOf(
    [TWO_KEYS, 'CREATE STREAM out AS SELECT * FROM s;'],
    [
      [null, '{"v":1}'],
      ['{}', '{"v":2}'],
      ['{"b":1}', '{"v":3}'],
    ],
  );
  expect(written).toEqual([
    [null, '{"V":1}'],
    ['{"A":null,"B":null}', '{"V":2}'],
    ['{"A":null,"B":1}', '{"V":3}'],
  ]);
});

test('a null key gives null key columns', async () => {
  const select = 'CREATE STREAM out AS SELECT a, b, a IS NULL AS missing FROM s;';
  expect(await outOf([TWO_KEYS, select], [[null, '{"v":1}']])).toEqual([
    [null, '{"MISSING":true}'],
  ]);
});

test('a stream without key columns is written without keys in every format', async () => {
  for (const format of ['JSON', 'DELIMITED', 'KAFKA', 'NONE']) {
    const source = `CREATE STREAM s (v INT, w INT) WITH (KAFKA_TOPIC='s', KEY_FORMAT='${format}', VALUE_FORMAT='JSON');`;
    const copy = 'CREATE STREAM out AS SELECT v FROM s;';
    expect(await outOf([source, copy], [[null, '{"v":1}']])).toEqual([[null, '{"V":1}']]);
  }
});

test('a table keeps a row whose key has a null among its columns, and leaves out a null key', async () => {
  const table = TWO_KEYS.replace('STREAM', 'TABLE').replaceAll(' KEY', ' PRIMARY KEY');
  const written = await outOf(
    [table, 'CREATE TABLE out AS SELECT * FROM s WHERE v > 0;'],
    [
      ['{"a":null,"b":2}', '{"v":1}'],
      [null, '{"v":2}'],
      ['{"a":null,"b":2}', null],
    ],
  );
  expect(written).toEqual([
    ['{"A":null,"B":2}', '{"V":1}'],
    ['{"A":null,"B":2}', null],
  ]);
});

test('a stream record with a null key is joined with no row of the table', async () => {
  const written = await outOf(
    [
      "CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', FORMAT='JSON');",
      "CREATE TABLE t (k INT PRIMARY KEY, w INT) WITH (KAFKA_TOPIC='t', FORMAT='JSON', PARTITIONS=1);",
      'CREATE STREAM out AS SELECT s.k, v, w FROM s LEFT JOIN t ON s.k = t.k;',
      'INSERT INTO t (k, w) VALUES (1, 7);',
    ],
    [
      [null, '{"v":1}'],
      ['1', '{"v":2}'],
    ],
  );
  expect(written).toEqual([
    [null, '{"V":1,"W":null}'],
    ['1', '{"V":2,"W":null}'],
  ]);
});
