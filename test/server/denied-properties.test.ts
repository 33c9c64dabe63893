import { describe, expect, onTestFinished, test } from 'vitest';
import { startServer } from '../../server/app.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { TemporaryDatabase } from '../temporary-database.ts';
import { connect2, post, request1, request2 } from './clients.ts';

async function open(
  options: Parameters<typeof TemporaryDatabase.open>[0] = {
    deniedProperties: ['auto.offset.reset'],
  },
): Promise<number> {
  const temporary = await TemporaryDatabase.open(options);
  await temporary.database.execute(
    `CREATE STREAM s (v INT) WITH (kafka_topic='s', value_format='JSON', partitions=1);`,
  );
  const server = await startServer({
    engine: temporary.database,
    port: 0,
    logger: silentLogger,
  });
  onTestFinished(() => server.close());
  return server.port;
}

const REFUSED =
  /prohibited by the KSQL server denylist .*: \[ksql\.streams\.auto\.offset\.reset\]$/;
const PROPERTIES = { 'ksql.streams.auto.offset.reset': 'earliest' };

describe('a property on the deny list is refused with 400/40000 by', () => {
  test.each([
    ['/ksql', { ksql: 'SHOW STREAMS;', streamsProperties: PROPERTIES }],
    ['/query', { ksql: 'SELECT * FROM s;', streamsProperties: PROPERTIES }],
    ['/query-stream', { sql: 'SELECT * FROM s;', properties: PROPERTIES }],
  ])('%s', async (path, body) => {
    const answer = await post(await open(), path, body);
    const { error_code: code, message } = JSON.parse(answer.body);
    expect([answer.status, code]).toEqual([400, 40000]);
    expect(message).toMatch(REFUSED);
  });

  test('/inserts-stream', async () => {
    const body = JSON.stringify({ target: 's', properties: PROPERTIES });
    const answer = await request2(connect2(await open()), { path: '/inserts-stream', body });
    expect([answer.status, JSON.parse(answer.body).error_code]).toEqual([400, 40000]);
  });

  test('/is_valid_property', async () => {
    const answer = await request1(await open(), { path: '/is_valid_property/ksql.service.id' });
    expect([answer.status, JSON.parse(answer.body).error_code]).toEqual([400, 40000]);
  });

  test('SET', async () => {
    const ksql = "SET 'auto.offset.reset' = 'earliest'; SHOW STREAMS;";
    const answer = await post(await open(), '/ksql', { ksql });
    expect([answer.status, JSON.parse(answer.body).error_code]).toEqual([400, 40000]);
  });
});

test('a property that is not on the list may be set', async () => {
  const streamsProperties = { 'ksql.query.pull.table.scan.enabled': 'false' };
  const answer = await post(await open(), '/ksql', { ksql: 'SHOW STREAMS;', streamsProperties });
  expect(answer.status).toBe(200);
});

test('with a list of those that may be set, all others are refused', async () => {
  const port = await open({ allowedProperties: ['ksql.streams.auto.offset.reset'] });
  const ask = (streamsProperties: object) =>
    post(port, '/query', { ksql: 'SELECT * FROM s;', streamsProperties });
  expect((await ask({ 'auto.offset.reset': 'earliest' })).status).toBe(200);
  const refused = await ask({ 'ksql.query.pull.stream.enabled': 'true' });
  expect([refused.status, JSON.parse(refused.body)]).toMatchObject([400, { error_code: 40000 }]);
  const ksql = "SET 'ksql.query.pull.limit.clause.enabled' = 'false'; SHOW STREAMS;";
  expect((await post(port, '/ksql', { ksql })).status).toBe(400);
  const query = { sql: 'SELECT * FROM s WHERE v = ?;', parameters: '[1]' };
  const bound = await request1(port, { path: `/sse/query?${new URLSearchParams(query)}` });
  expect(bound.body).toContain('event: ended');
});
