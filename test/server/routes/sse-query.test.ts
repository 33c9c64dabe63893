import * as http from 'node:http';
import { onTestFinished, expect, test } from 'vitest';
import { startDatabaseServer } from '../database-server.ts';
import { request1 } from '../clients.ts';

const STREAM =
  "CREATE STREAM s (k VARCHAR KEY, n BIGINT) WITH (KAFKA_TOPIC = 's', VALUE_FORMAT = 'JSON', PARTITIONS = 1);";

interface Event {
  readonly event: string;
  readonly id?: string;
  readonly data: unknown;
}

/** Reads events until there are so many, or all of them. */
function read(
  port: number,
  path: string,
  { count = Infinity, headers = {} }: { count?: number; headers?: Record<string, string> } = {},
): Promise<Event[]> {
  return new Promise((resolve, reject) => {
    const request = http.get({ port, path, headers, agent: false }, (response) => {
      let text = '';
      const events = (): Event[] =>
        text
          .split('\n\n')
          .slice(0, -1)
          .filter((block) => !block.startsWith(':'))
          .map((block) => {
            const fields = Object.fromEntries(
              block.split('\n').map((line) => line.split(/: (.*)/s)),
            );
            return { ...fields, data: JSON.parse(fields['data'] as string) } as Event;
          });
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        if (events().length < count) return;
        resolve(events().slice(0, count));
        request.destroy();
      });
      response.on('end', () => resolve(events()));
    });
    request.on('error', reject);
    onTestFinished(() => void request.destroy());
  });
}

const path = (parameters: Readonly<Record<string, string>>): string =>
  `/sse/query?${new URLSearchParams(parameters)}`;

test('rows come as events, and an EventSource that comes back gets those behind its last', async () => {
  const { port, temporary } = await startDatabaseServer(STREAM);
  await temporary.run("INSERT INTO s VALUES ('a', 1); INSERT INTO s VALUES ('b', 2);");
  const sql = 'SELECT n FROM s WHERE n > ? EMIT CHANGES;';
  const properties = JSON.stringify({ 'auto.offset.reset': 'earliest' });
  const address = path({ sql, parameters: '[0]', properties });
  const [started, first] = await read(port, address, { count: 2 });
  expect(started).toMatchObject({
    event: 'started',
    data: { kind: 'push', columns: [{ name: 'N', type: 'BIGINT' }] },
  });
  expect(first).toMatchObject({ event: 'rows', data: { rows: [[1], [2]] } });
  await temporary.run("INSERT INTO s VALUES ('c', 3);");
  const headers = { 'last-event-id': first!.id! };
  const [, next] = await read(port, address, { count: 2, headers });
  expect(next).toMatchObject({ event: 'rows', data: { rows: [[3]] } });
});

test('a pull query ends with an event that says so; what is wrong is told with its status', async () => {
  const { port } = await startDatabaseServer(STREAM);
  const events = await read(port, path({ sql: 'SELECT * FROM s;' }));
  expect(events.map(({ event }) => event)).toEqual(['started', 'ended']);
  expect((await request1(port, { path: path({ sql: 'SELECT * FROM nope;' }) })).status).toBe(400);
  expect((await request1(port, { path: '/sse/query' })).status).toBe(400);
  expect((await request1(port, { path: path({ sql: 'x', parameters: '{' }) })).status).toBe(400);
});
