import { describe, expect, test } from 'vitest';
import { analyzeInsertSelect } from '../../src/analyze/insert-select.ts';
import { BIGINT, STRING } from '../../src/sql/types.ts';
import { CATALOG, explain, parse, refusal, source } from './fixture.ts';

const TARGETS = CATALOG.withSource(
  source('STREAM', 'SHORT', { keys: { USER: STRING }, values: { MS: BIGINT } }),
)
  .withSource(
    source('STREAM', 'PRICES', {
      keys: { USER: STRING },
      values: { PRICE: { kind: 'DECIMAL', precision: 10, scale: 3 } },
    }),
  )
  .withQuery({ id: 'INSERTQUERY_4', kind: 'INSERT', sql: '', reads: ['SHORT'], writes: 'VISITS' })
  .withQuery({ id: 'INSERTQUERY_5', kind: 'INSERT', sql: '', reads: ['VISITS'], writes: 'CLICKS' });

function insert(
  sql: string,
  catalog = CATALOG.withSource(TARGETS.source('SHORT')!).withSource(TARGETS.source('PRICES')!),
) {
  return analyzeInsertSelect(parse(sql, 'insertSelect'), { catalog });
}

function wrong(sql: string, catalog?: typeof CATALOG): string {
  const { code, at, message } = refusal(() => insert(sql, catalog));
  return `${code} ${at} ${message}`;
}

test('the query has exactly the columns of the target', () => {
  const { target, query, queryId } = insert(
    "INSERT INTO short WITH (QUERY_ID='mine') SELECT user, ms FROM clicks WHERE ok",
  );
  expect(target.name).toBe('SHORT');
  expect(queryId).toBe('MINE');
  expect(query.root.schema).toEqual(target.schema);
  expect(explain(query.root)).toEqual([
    'project USER=#0 | MS=#2',
    'filter WHERE OK',
    'source CLICKS AS CLICKS',
  ]);
});

test('a DECIMAL widens and a literal becomes the DECIMAL of the target', () => {
  expect(insert('INSERT INTO prices SELECT user, price FROM clicks').query.root.values).toEqual([
    {
      name: 'PRICE',
      expression: {
        kind: 'cast',
        type: { kind: 'DECIMAL', precision: 10, scale: 3 },
        operand: {
          kind: 'column',
          type: { kind: 'DECIMAL', precision: 6, scale: 2 },
          index: 5,
          name: 'PRICE',
        },
        implicit: true,
      },
    },
  ]);
  expect(
    insert('INSERT INTO prices SELECT user, 2 AS price FROM clicks').query.root.values[0]
      ?.expression,
  ).toEqual({
    kind: 'literal',
    type: { kind: 'DECIMAL', precision: 10, scale: 3 },
    value: '2000',
  });
});

describe('refused', () => {
  test.each([
    [
      'INSERT INTO users SELECT user, page FROM clicks',
      'BAD_STATEMENT 1:13 INSERT INTO can only be used to insert into a stream. USERS is a table.',
    ],
    [
      'INSERT INTO nowhere SELECT user, page FROM clicks',
      'UNKNOWN_SOURCE 1:13 The stream or table NOWHERE does not exist.',
    ],
    [
      'INSERT INTO short SELECT id, city FROM users',
      'BAD_STATEMENT 1:19 SHORT is a stream, but the SELECT produces a table. Use CREATE TABLE AS SELECT for its result.',
    ],
    [
      "INSERT INTO short WITH (QUERY_ID='CSAS_1') SELECT user, ms FROM clicks",
      "BAD_STATEMENT 1:34 Configuration QUERY_ID is invalid: expected a name that does not start with CSAS_, CTAS_, INSERTQUERY_, CST_, but found 'CSAS_1'.",
    ],
    [
      'INSERT INTO short WITH (PARTITIONS=1) SELECT user, ms FROM clicks',
      'BAD_STATEMENT 1:25 PARTITIONS does not belong in the WITH clause of INSERT INTO SELECT. It may contain QUERY_ID.',
    ],
    [
      'INSERT INTO short SELECT user, ms FROM short',
      'BAD_STATEMENT 1:40 The query would make a cycle: SHORT -> SHORT. Write to another stream.',
    ],
  ])('%s', (sql, expected) => {
    expect(wrong(sql)).toBe(expected);
  });

  test.each([
    ['another type', 'SELECT user, n AS ms FROM clicks', '`USER` STRING KEY, `MS` INTEGER'],
    ['another name', 'SELECT user, ms AS m FROM clicks', '`USER` STRING KEY, `M` BIGINT'],
    [
      'a column more',
      'SELECT user, ms, n FROM clicks',
      '`USER` STRING KEY, `MS` BIGINT, `N` INTEGER',
    ],
    ['no key', 'SELECT user, ms FROM clicks PARTITION BY NULL', '`USER` STRING, `MS` BIGINT'],
  ])('a result with %s', (_what, select, result) => {
    expect(wrong(`INSERT INTO short ${select}`)).toBe(
      `BAD_STATEMENT 1:19 Incompatible schema between results and sink. Column by column, names, roles and types must be the same.\nResult schema is ${result}\nSink schema is \`USER\` STRING KEY, \`MS\` BIGINT`,
    );
  });

  test('a way round through other queries, naming it', () => {
    expect(wrong('INSERT INTO short SELECT user, ms FROM clicks', TARGETS)).toBe(
      'BAD_STATEMENT 1:40 The query would make a cycle: SHORT -> VISITS -> CLICKS -> SHORT. Write to another stream.',
    );
  });
});
