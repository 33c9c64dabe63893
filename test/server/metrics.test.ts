import { expect, test } from 'vitest';
import { post, request1 } from './clients.ts';
import { startDatabaseServer } from './database-server.ts';

test('/metrics tells rows in and out, lag, ticks and requests, in the format of Prometheus', async () => {
  const { port, temporary } = await startDatabaseServer(`
    CREATE STREAM s (id INT KEY, n INT) WITH (KAFKA_TOPIC = 's', VALUE_FORMAT = 'JSON', PARTITIONS = 1);
    CREATE TABLE t WITH (KAFKA_TOPIC = 't') AS SELECT id, COUNT(*) AS c FROM s GROUP BY id EMIT CHANGES;
    INSERT INTO s VALUES (1, 1);
    INSERT INTO s VALUES (2, 2);`);
  await temporary.database.settled();
  await post(port, '/query-stream', { sql: 'SELECT * FROM t;' });
  const { status, headers, body } = await request1(port, {
    path: '/metrics',
    headers: { accept: 'text/plain;version=0.0.4' },
  });
  expect(status).toBe(200);
  expect(headers['content-type']).toContain('text/plain');
  const value = (name: string): number => {
    const line = body.split('\n').find((text) => text.startsWith(`${name} `));
    expect(line, name).toBeDefined();
    return Number(line!.split(' ').at(-1));
  };
  const query = /millrace_query_records_in_total\{query="([^"]+)"\}/.exec(body)![1]!;
  const of = (name: string): number => value(`millrace_query_${name}{query="${query}"}`);
  expect(of('records_in_total')).toBe(2);
  expect(of('records_out_total')).toBe(2);
  expect(of('records_in_per_second')).toBeGreaterThanOrEqual(0);
  expect(of('records_out_per_second')).toBeGreaterThanOrEqual(0);
  expect(of('lag_records')).toBe(0);
  expect(of('errors_total')).toBe(0);
  expect(of('state_bytes')).toBeGreaterThan(0);
  expect(of('late_records_total')).toBe(0);
  expect(of('ticks_total')).toBeGreaterThan(0);
  expect(of('process_milliseconds_total')).toBeGreaterThan(0);
  expect(value('millrace_ready')).toBe(1);
  expect(value('millrace_queries{state="RUNNING"}')).toBe(1);
  expect(value('millrace_partition_end_offset{topic="s",partition="0"}')).toBe(2);
  expect(value('millrace_tick_bucket{phase="commit",le="+Inf"}')).toBeGreaterThan(0);
  const requests = 'millrace_http_requests_total{route="/query-stream",method="POST",status="200"}';
  expect(value(requests)).toBe(1);
});

test('/metrics tells how fast a query is', async () => {
  const { port, temporary } = await startDatabaseServer(`
    CREATE STREAM s (id INT KEY, n INT) WITH (KAFKA_TOPIC = 's', VALUE_FORMAT = 'JSON', PARTITIONS = 1);
    CREATE STREAM t AS SELECT id, n FROM s WHERE n > 1;`);
  const rate = async (name: string): Promise<number> => {
    const { body } = await request1(port, { path: '/metrics', headers: { accept: '*/*' } });
    const [, value] = new RegExp(`^millrace_query_${name}\\{[^}]*\\} (.*)$`, 'm').exec(body)!;
    return Number(value);
  };
  expect(await rate('records_in_per_second')).toBe(0);
  await temporary.run('INSERT INTO s VALUES (1, 1); INSERT INTO s VALUES (2, 2);');
  const into = await rate('records_in_per_second');
  expect(into).toBeGreaterThan(0);
  expect(await rate('records_out_per_second')).toBeLessThan(into);
});
