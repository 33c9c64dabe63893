import { setTimeout as after } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { ApiError, type MillraceClient } from '../../src/api/client.ts';
import {
  cleanUp,
  FROM_START,
  queriesOf,
  rowsOf,
  SOON,
  startProcess,
  startServer,
  temporaryDirectory,
  type RunningServer,
} from './running-server.ts';

afterEach(cleanUp);
// Each kill is followed by a start, and a start may be slow on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const MINUTE_MS = 60_000;
const START_MS = 1_700_000_040_000;

const STREAM =
  'CREATE STREAM clicks (user VARCHAR KEY, id BIGINT, ms BIGINT) ' +
  "WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON', PARTITIONS=2);";
const PER_USER =
  'CREATE TABLE per_user AS SELECT user, COUNT(*) AS n, SUM(ms) AS total FROM clicks GROUP BY user EMIT CHANGES;';
const PER_MINUTE =
  'CREATE TABLE per_minute AS SELECT user, COUNT(*) AS n, MAX(ms) AS slowest FROM clicks ' +
  'WINDOW TUMBLING (SIZE 1 MINUTE, GRACE PERIOD 1 DAY) GROUP BY user EMIT CHANGES;';
const SLOW = 'CREATE STREAM slow AS SELECT user, id FROM clicks WHERE ms > 50 EMIT CHANGES;';

interface Click {
  readonly id: number;
  readonly user: string;
  readonly ms: number;
  readonly time: number;
}

function clickOf(id: number): Click {
  return { id, user: `user ${id % 7}`, ms: (id * 37) % 101, time: START_MS + id * 1000 };
}

function insertOf({ id, user, ms, time }: Click): string {
  return `INSERT INTO clicks (ROWTIME, user, id, ms) VALUES (${time}, '${user}', ${id}, ${ms});`;
}

/** Inserts one click after the other until the server is gone, and notes which ones were asked for and acknowledged. */
class Load {
  readonly asked = new Set<number>();
  readonly acknowledged = new Set<number>();
  #next = 0;
  #waiting: { readonly count: number; readonly resolve: () => void } | null = null;

  /** Resolves when nobody answers any more. */
  async run(client: MillraceClient, writerCount: number): Promise<void> {
    const writers = Array.from({ length: writerCount }, async () => {
      for (;;) {
        const id = this.#next++;
        this.asked.add(id);
        await client.execute(insertOf(clickOf(id)));
        this.acknowledged.add(id);
        if (this.#waiting && this.acknowledged.size >= this.#waiting.count) {
          this.#waiting.resolve();
        }
      }
    });
    for (const { reason } of (await Promise.allSettled(writers)) as PromiseRejectedResult[]) {
      if (reason instanceof ApiError) throw reason;
    }
  }

  /** Resolves when this many more were acknowledged. */
  more(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting = { count: this.acknowledged.size + count, resolve };
    });
  }
}

/** What the views have to show for the clicks in the stream, recomputed with plain loops. */
function viewsOf(clicks: readonly Click[]) {
  const perUser = new Map<string, [string, number, number]>();
  const perMinute = new Map<string, [string, number, number, number]>();
  for (const { user, ms, time } of clicks) {
    const total = perUser.get(user) ?? [user, 0, 0];
    perUser.set(user, [user, total[1] + 1, total[2] + ms]);
    const start = time - (time % MINUTE_MS);
    const window = perMinute.get(`${user} ${start}`) ?? [user, start, 0, 0];
    perMinute.set(`${user} ${start}`, [user, start, window[2] + 1, Math.max(window[3], ms)]);
  }
  return {
    perUser: sorted([...perUser.values()]),
    perMinute: sorted([...perMinute.values()]),
    slow: sorted(clicks.filter(({ ms }) => ms > 50).map(({ user, id }) => [user, id])),
  };
}

async function answersOf(client: MillraceClient) {
  return {
    perUser: sorted(await rowsOf(client, 'SELECT user, n, total FROM per_user;')),
    perMinute: sorted(
      await rowsOf(client, 'SELECT user, WINDOWSTART, n, slowest FROM per_minute;'),
    ),
    slow: sorted(await rowsOf(client, 'SELECT user, id FROM slow;')),
  };
}

function sorted(rows: readonly (readonly unknown[])[]): string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}

async function expectAllThere(server: RunningServer, load: Load): Promise<void> {
  const { client } = server;
  const ids = (await rowsOf(client, 'SELECT id FROM clicks;')).map(([id]) => id as number);
  expect(new Set(ids).size, 'no click is there twice').toBe(ids.length);
  expect([...load.acknowledged].filter((id) => !ids.includes(id))).toEqual([]);
  expect(ids.filter((id) => !load.asked.has(id))).toEqual([]);
  await expect.poll(() => answersOf(client), SOON).toEqual(viewsOf(ids.map(clickOf)));
  const running = [PER_USER, PER_MINUTE, SLOW].map((sql) => `PERSISTENT RUNNING ${sql}`);
  expect(await queriesOf(client)).toEqual(running);
}

test('a server killed four times under load has every acknowledged row once and every view right', async () => {
  const directory = temporaryDirectory();
  const load = new Load();
  let server = await startServer(directory);
  await server.client.execute(STREAM + PER_USER + PER_MINUTE + SLOW);
  for (let round = 1; round <= 4; round++) {
    const gone = load.run(server.client, 8);
    await load.more(100 * round);
    await server.end('SIGKILL');
    await gone;
    server = await startServer(directory);
    await expectAllThere(server, load);
  }
  expect(load.acknowledged.size).toBeGreaterThanOrEqual(1000);
});

test('a server killed while it starts, again and again, starts in the end with all it had', async () => {
  const directory = temporaryDirectory();
  const load = new Load();
  const server = await startServer(directory);
  await server.client.execute(STREAM + PER_USER + PER_MINUTE + SLOW);
  const gone = load.run(server.client, 8);
  await load.more(200);
  await server.end('SIGKILL');
  await gone;
  for (let moment = 40; moment <= 400; moment += 40) {
    const starting = startProcess(['server', '--data', directory, '--port', '0']);
    await after(moment);
    starting.kill('SIGKILL');
    await starting.ended;
  }
  await expectAllThere(await startServer(directory), load);
});

test('a server killed while it starts for the first time starts the next time', async () => {
  const directory = temporaryDirectory();
  for (let moment = 100; moment <= 300; moment += 20) {
    const starting = startProcess(['server', '--data', directory, '--port', '0']);
    await after(moment);
    starting.kill('SIGKILL');
    await starting.ended;
  }
  const { client } = await startServer(directory);
  await client.execute(STREAM + insertOf(clickOf(1)));
  expect(await rowsOf(client, 'SELECT id FROM clicks;')).toEqual([[1]]);
});

test('a push query that is asked again after a kill has the old rows and those to come', async () => {
  const directory = temporaryDirectory();
  const sql = 'SELECT id FROM clicks EMIT CHANGES;';
  let server = await startServer(directory);
  await server.client.execute(STREAM + insertOf(clickOf(1)) + insertOf(clickOf(2)));
  for (const id of [3, 4]) {
    const { client } = server;
    const seen: unknown[] = [];
    const pushed = (async () => {
      for await (const event of client.query(sql, { properties: FROM_START })) {
        if (event.kind === 'rows') seen.push(...event.rows.map((row) => row.values()[0]));
      }
    })();
    await expect.poll(() => [...seen].sort(), SOON).toEqual([1, 2, 3].slice(0, id - 1));
    await client.execute(insertOf(clickOf(id)));
    await expect.poll(() => [...seen].sort(), SOON).toEqual([1, 2, 3, 4].slice(0, id));
    await server.end('SIGKILL');
    await pushed.catch(() => {});
    server = await startServer(directory);
  }
});

test('what was dropped, terminated or replaced before a kill is so after it', async () => {
  const directory = temporaryDirectory();
  const server = await startServer(directory);
  await server.client.execute(STREAM + PER_USER + SLOW + insertOf(clickOf(1)));
  await server.client.execute(
    'DROP TABLE per_user; DROP STREAM slow DELETE TOPIC;' +
      SLOW +
      'CREATE OR REPLACE STREAM slow AS SELECT user, id, ms FROM clicks WHERE ms > 20 EMIT CHANGES;',
  );
  const listed = 'SHOW STREAMS; SHOW TABLES; SHOW TOPICS; SHOW QUERIES;';
  const before = await server.client.execute(listed);
  await server.end('SIGKILL');

  const { client } = await startServer(directory);
  expect(await client.execute(listed)).toEqual(before);
  await client.execute(insertOf(clickOf(2)));
  // The stream was made anew after the first click, and a new query starts with what is to come.
  await expect.poll(() => rowsOf(client, 'SELECT id, ms FROM slow;'), SOON).toEqual([[2, 74]]);
});
