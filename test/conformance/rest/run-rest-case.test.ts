import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HostProcess } from './host-process.ts';
import { parseRestCases } from './rest-case.ts';
import { runRestCase } from './run-rest-case.ts';

let host: HostProcess;

beforeAll(() => {
  host = new HostProcess();
});

afterAll(() => {
  host.stop();
});

/** A case as it is written, every member as a value of its own. */
type Case = Record<string, unknown>;

const VIEW: Case = {
  name: 'view',
  statements: [
    "CREATE STREAM s (k STRING KEY, v DOUBLE) WITH (kafka_topic='s', value_format='JSON');",
    'CREATE TABLE t AS SELECT k, COUNT(*) AS n, MAX(v) AS top FROM s GROUP BY k;',
    'SELECT * FROM t;',
    'SELECT v FROM s EMIT CHANGES LIMIT 2;',
  ],
  inputs: [
    { topic: 's', key: 'a', value: { v: 1.5 }, timestamp: 5 },
    { topic: 's', key: 'b', value: { v: 2.5 } },
    { topic: 's', key: 'a', value: { v: 10 }, timestamp: 7 },
  ],
  outputs: [],
  responses: [
    { admin: { '@type': 'currentStatus', 'statementText|starts_with': 'CREATE STREAM' } },
    { admin: { commandStatus: { status: 'SUCCESS' } } },
    {
      query: [
        { header: { schema: '`K` STRING KEY, `N` BIGINT, `TOP` DOUBLE' } },
        { row: { columns: ['b', 1, 2.5] } },
        { row: { columns: ['a', 2, '#10.0'] } },
      ],
    },
  ],
};

const WAITING: Case = {
  name: 'waiting',
  statements: [
    "CREATE STREAM s (k STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON');",
    'SELECT * FROM s EMIT CHANGES LIMIT 1;',
  ],
  properties: { 'auto.offset.reset': 'latest' },
  inputConditions: { waitForActivePushQuery: true },
  inputs: [{ topic: 's', key: 'a', value: { v: 1 } }],
  responses: [
    { admin: {} },
    { query: [{ header: {} }, { row: { columns: ['a', 1] } }, { finalMessage: 'Limit Reached' }] },
  ],
};

const INSERT: Case = {
  name: 'insert',
  statements: [
    "CREATE STREAM s (k STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON', partitions=1);",
    "INSERT INTO s (ROWTIME, k, v) VALUES (12, 'a', 1);",
  ],
  outputs: [{ topic: 's', key: 'a', value: { V: 1 }, timestamp: 12 }],
};

const REFUSED: Case = {
  name: 'refused',
  statements: [
    "CREATE STREAM s (k STRING KEY, v INT) WITH (kafka_topic='s', value_format='JSON');",
    'SELECT * FROM s GROUP BY k;',
  ],
  expectedError: { type: 'a.b.KsqlStatementErrorMessage', message: 'x', status: 400 },
};

/** JSON text; `#1.0` in a text stands for the number of that spelling. */
function run(each: Case): ReturnType<typeof runRestCase> {
  const text = JSON.stringify([each]).replaceAll(/"#([\d.]+)"/g, '$1');
  return runRestCase(parseRestCases(text)[0]!, host);
}

function changed(each: Case, from: string, to: string): Case {
  const text = JSON.stringify(each);
  expect(text).toContain(from);
  return JSON.parse(text.replace(from, to)) as Case;
}

test.each([VIEW, WAITING, INSERT, REFUSED])('$name passes as it is', async (each) => {
  expect(await run(each)).toMatchObject({ kind: 'passed' });
});

describe('what is expected wrongly fails', () => {
  test.each([
    ['a prefix', VIEW, '"CREATE STREAM"', '"CREATE TABLE"', 'response', 'starts with'],
    ['a member within an entity', VIEW, '"SUCCESS"', '"ERROR"', 'response', 'status'],
    ['an entity of another type', VIEW, '"currentStatus"', '"streams"', 'response', '@type'],
    ['the schema', VIEW, '`N` BIGINT', '`N` INTEGER', 'response', 'header.schema'],
    ['a row', VIEW, '["b",1,2.5]', '["b",1,2.6]', 'response', 'expected the row'],
    ['a number with another scale', VIEW, '#10.0', '#10.00', 'response', 'expected the row'],
    ['an integer for a double', VIEW, '#10.0', '#10', 'response', 'expected the row'],
    ['a row too many', VIEW, '{"row":{"columns":["b",1,2.5]}},', '', 'response', 'members'],
    ['a tombstone', VIEW, '["b",1,2.5]', '["b",1,2.5],"tombstone":true', 'response', 'tombstone'],
    ['the final message', WAITING, 'Limit Reached', 'Query Completed', 'response', 'finalMessage'],
    [
      'a result too many',
      WAITING,
      '{"admin":{}},',
      '{"admin":{}},{"admin":{}},',
      'response',
      'results',
    ],
    ['a result of another kind', WAITING, '"query":', '"queryProto":', 'response', 'queryProto'],
    ['the value of a record', INSERT, '{"V":1}', '{"V":2}', 'records', 'value.V'],
    ['the key of a record', INSERT, '"key":"a"', '"key":"b"', 'records', 'key'],
    ['the time of a record', INSERT, '"timestamp":12', '"timestamp":13', 'records', 'timestamp'],
    [
      'a record that is not there',
      INSERT,
      '[{"topic"',
      '[{"topic":"s","key":"a","value":{"V":1}},{"topic"',
      'records',
      'only 1',
    ],
    ['another status', REFUSED, '400', '500', 'response', 'status 500'],
    ['an error where nothing fails', REFUSED, ' GROUP BY k', '', 'not refused', 'all succeeded'],
    [
      'an error of an earlier statement',
      REFUSED,
      "kafka_topic='s', value_format='JSON'",
      'partitions=1',
      'refused',
      '400',
    ],
    ['no error where one comes', REFUSED, '"expectedError"', '"noError"', 'refused', '400'],
  ])('%s', async (_what, each, from, to, reason, message) => {
    const outcome = await run(changed(each, from, to));
    expect(outcome).toMatchObject({ kind: 'failed', reason });
    expect(outcome).toHaveProperty('message', expect.stringContaining(message));
  });

  test('rows in another order, where order counts', async () => {
    const swapped = {
      ...VIEW,
      statements: [
        ...(VIEW['statements'] as string[]).slice(0, 2),
        "SELECT v FROM s WHERE k = 'a';",
      ],
      responses: [
        { admin: {} },
        { admin: {} },
        {
          query: [
            { header: {} },
            { row: { columns: ['#10.0'] } },
            { row: { columns: [1.5] } },
            { finalMessage: 'Query Completed' },
          ],
        },
      ],
    };
    expect(await run(swapped)).toMatchObject({ kind: 'passed' });
    expect(await run({ ...swapped, outputConditions: { verifyOrder: true } })).toMatchObject({
      kind: 'failed',
      reason: 'response',
    });
  });
});
