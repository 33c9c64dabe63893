import { expect, test } from 'vitest';
import { DatabaseError } from '../../../src/base/errors.ts';
import { connect2, post, request2 } from '../clients.ts';
import { DDL, PULL, startTestServer } from '../test-server.ts';

const DROPPED =
  '[{"@type":"currentStatus","statementText":"DROP STREAM S;","commandId":"stream/S/drop",' +
  '"commandStatus":{"status":"SUCCESS","message":"Source `S` dropped.","queryId":null},' +
  '"commandSequenceNumber":2,"warnings":[]}]';

test('answers the entities as an array labelled application/json', async () => {
  const server = await startTestServer();
  const answer = await post(server.port, '/ksql', { ksql: DDL });
  expect([answer.status, answer.headers['content-type'], answer.body]).toEqual([
    200,
    'application/json',
    DROPPED,
  ]);
});

test('answers the same over HTTP/2 with prior knowledge', async () => {
  const server = await startTestServer();
  const answer = await request2(connect2(server.port), {
    path: '/ksql/',
    body: JSON.stringify({ ksql: DDL }),
    headers: {
      'content-type': 'application/vnd.ksql.v1+json; charset=utf-8',
      accept: 'application/vnd.ksql.v1+json',
    },
  });
  expect([answer.status, answer.headers['content-type'], answer.body]).toEqual([
    200,
    'application/json',
    DROPPED,
  ]);
});

test('answers an empty array when no statement has anything to say', async () => {
  const server = await startTestServer();
  const answer = await post(server.port, '/ksql', { ksql: 'INSERT INTO S VALUES (1);' });
  expect([answer.status, answer.body]).toEqual([200, '[]']);
});

test('hands properties and variables to the engine', async () => {
  const server = await startTestServer();
  await post(server.port, '/ksql', {
    ksql: DDL,
    streamsProperties: { 'auto.offset.reset': 'earliest', 'a.b': 7, 'c.d': true, e: null },
    sessionVariables: { topic: 't' },
    requestProperties: null,
    commandSequenceNumber: -1,
  });
  expect(server.engine.calls).toEqual([
    {
      sql: DDL,
      options: {
        properties: { 'auto.offset.reset': 'earliest', 'a.b': 7, 'c.d': true, e: null },
        sessionVariables: { topic: 't' },
      },
    },
  ]);
});

test('answers a failed statement with its text and what ran before it', async () => {
  const server = await startTestServer({
    statements: {
      'A; B;': () => {
        throw new DatabaseError('UNKNOWN_SOURCE', 'B does not exist.', {
          statementText: 'B;',
          entities: [{ '@type': 'warning_entity' }],
        });
      },
    },
  });
  const answer = await post(server.port, '/ksql', { ksql: 'A; B;' });
  expect([answer.status, answer.headers['content-type'], answer.body]).toEqual([
    400,
    'application/json',
    '{"@type":"statement_error","error_code":40001,"message":"B does not exist.",' +
      '"statementText":"B;","entities":[{"@type":"warning_entity"}]}',
  ]);
});

test('keeps the connection for the next request', async () => {
  const server = await startTestServer();
  const session = connect2(server.port);
  const body = JSON.stringify({ ksql: DDL });
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => request2(session, { path: '/ksql', body })),
  );
  expect(answers.every((answer) => answer.body === DROPPED)).toBe(true);
});

test('waits for the statement of a commandSequenceNumber, and not without end', async () => {
  const { port, engine } = await startTestServer(undefined, { limits: { commandTimeoutMs: 60 } });
  for (const commandSequenceNumber of [-1, 0, 2, null]) {
    const { status } = await post(port, '/ksql', { ksql: DDL, commandSequenceNumber });
    expect(status).toBe(200);
  }
  const { length } = engine.calls;
  for (const [path, body] of [
    ['/ksql', { ksql: DDL, commandSequenceNumber: 3 }],
    ['/query', { ksql: PULL, commandSequenceNumber: 3 }],
  ] as const) {
    const answer = await post(port, path, body);
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([
      503,
      {
        error_code: 50301,
        message:
          'Timed out while waiting for a previous command to execute. command sequence number: 3',
      },
    ]);
  }
  expect(engine.calls).toHaveLength(length);
});
