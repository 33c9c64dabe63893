import { expect, vi } from 'vitest';
import { request1 } from '../server/clients.ts';
import {
  entitiesOf,
  rowsOf,
  SOON,
  startServer,
  temporaryDirectory,
  type RunningServer,
} from './running-server.ts';

/** A server with a stream, a table that nobody keeps and a view, to which mistakes must do nothing. */
export interface Subject extends RunningServer {
  readonly directory: string;
  /** Fails unless the server is healthy and has exactly what it had at first. */
  expectUnharmed(): Promise<void>;
}

const SETUP = `
  CREATE STREAM clicks (user VARCHAR KEY, page VARCHAR, ms BIGINT)
    WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON', PARTITIONS=2);
  CREATE TABLE per_user AS SELECT user, COUNT(*) AS n FROM clicks GROUP BY user EMIT CHANGES;
  CREATE TABLE prices
    (item VARCHAR PRIMARY KEY, price DECIMAL(5, 2), sold BIGINT, day DATE, moment TIMESTAMP)
    WITH (KAFKA_TOPIC='prices', VALUE_FORMAT='JSON', PARTITIONS=1);
  INSERT INTO clicks (user, page, ms) VALUES ('ann', '/a', 12);`;

export async function startSubject(): Promise<Subject> {
  const directory = temporaryDirectory();
  const server = await startServer(directory);
  await server.client.execute(SETUP);
  await vi.waitFor(async () => {
    expect(await rowsOf(server.client, 'SELECT * FROM per_user;')).toEqual([['ann', 1]]);
  }, SOON);
  const before = await everythingIn(server);
  return {
    ...server,
    directory,
    async expectUnharmed() {
      const { status, body } = await request1(server.port, { path: '/healthcheck' });
      const healthy = { isHealthy: true, serverState: 'READY' };
      expect([status, JSON.parse(body)]).toMatchObject([200, healthy]);
      expect(await everythingIn(server)).toEqual(before);
    },
  };
}

/** All that a statement could have changed. */
async function everythingIn({ client }: RunningServer): Promise<unknown> {
  const [streams, ...others] = await client.execute(
    'SHOW STREAMS EXTENDED; SHOW TABLES; SHOW ALL TOPICS; SHOW QUERIES;',
  );
  const { sourceDescriptions } = entitiesOf(streams!, 'source_descriptions');
  return {
    streams: sourceDescriptions.map(({ name, fields, statement }) => ({ name, fields, statement })),
    others,
    clicks: await rowsOf(client, 'SELECT * FROM clicks;'),
    perUser: await rowsOf(client, 'SELECT * FROM per_user;'),
  };
}
