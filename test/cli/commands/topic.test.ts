import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCommand } from '../../../cli/main.ts';
import { startServer, type RunningServer } from '../../../server/app.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { type Database, openDatabase } from '../../../src/database.ts';
import { captureSurroundings } from '../captured-surroundings.ts';

/* The operator's commands against a real server over a real directory. */

let directory: string;
let database: Database;
let server: RunningServer;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-tools-'));
  await open(join(directory, 'data'));
});

afterEach(async () => {
  await close();
  rmSync(directory, { recursive: true });
});

async function open(data: string): Promise<void> {
  database = await openDatabase({ directory: data });
  server = await startServer({ engine: database, port: 0, logger: silentLogger });
}

async function close(): Promise<void> {
  await server.close();
  await database.close();
}

interface Result {
  readonly exitCode: number;
  readonly output: string;
  readonly errors: string;
}

async function run(argv: readonly string[], input = ''): Promise<Result> {
  const surroundings = captureSurroundings({ environment: { MILLRACE_SERVER: server.url } });
  surroundings.input.end(input);
  const exitCode = await runCommand(argv, surroundings);
  return { exitCode, output: surroundings.outputText(), errors: surroundings.errorText() };
}

async function ok(argv: readonly string[], input = ''): Promise<string> {
  const { exitCode, output, errors } = await run(argv, input);
  expect({ exitCode, errors }).toEqual({
    exitCode: 0,
    errors: expect.stringMatching(/^(\d+ records written\.\n)?$/),
  });
  return output;
}

test('a topic is created, described, listed and deleted', async () => {
  expect(await ok(['topic', 'create', 'orders', '--partitions', '2', 'retention.ms=60000'])).toBe(
    'Created topic orders.\n',
  );
  expect(await ok(['topic', 'list'])).toMatch(/^ orders \| 2 +\| 0/m);
  const described = await ok(['topic', 'describe', 'orders']);
  expect(described).toMatch(/^ retention.ms +\| 60000/m);
  expect(described).toMatch(/^ 1 +\| 0 +\| 0/m);
  expect(await ok(['topic', 'delete', 'orders'])).toBe('Deleted topic orders.\n');
  expect(await run(['topic', 'delete', 'orders'])).toMatchObject({
    exitCode: 1,
    errors: expect.stringContaining('Topic orders does not exist'),
  });
});

test('lines are produced with keys and consumed again', async () => {
  await ok(['topic', 'create', 'orders']);
  const lines = Array.from({ length: 2_500 }, (_, i) => `k${i % 3}:value ${i}`);
  await ok(['topic', 'produce', 'orders', '--key-separator', ':'], `${lines.join('\n')}\n`);
  const output = await ok(['topic', 'consume', 'orders', '--key-separator', ':']);
  expect(output).toBe(`${lines.join('\n')}\n`);
  expect(await ok(['topic', 'consume', 'orders', '--from', '2498'])).toBe(
    'value 2498\nvalue 2499\n',
  );
  expect(await ok(['topic', 'consume', 'orders', '--limit', '1', '--json'])).toMatch(
    /^\{"partition":0,"offset":0,"timestamp":\d+,"headers":\{\},"key":"k0","value":"value 0"\}\n$/,
  );
});

test('lines produced twice with an idempotency key are there once', async () => {
  await ok(['topic', 'create', 'orders', '--partitions', '3']);
  const input = Array.from({ length: 1_500 }, (_, i) => `row ${i}`).join('\n');
  for (let i = 0; i < 2; i++) {
    await ok(['topic', 'produce', 'orders', '--idempotency-key', 'import 1'], input);
  }
  expect((await ok(['topic', 'consume', 'orders'])).trim().split('\n')).toHaveLength(1_500);
});

test('a line without the separator is named and what came before it is written', async () => {
  await ok(['topic', 'create', 'orders']);
  const produced = await run(['topic', 'produce', 'orders', '--key-separator', ':'], 'a:1\nb2\n');
  expect(produced).toMatchObject({
    exitCode: 78,
    errors: expect.stringContaining('Line 2 has no ":"'),
  });
  expect(await ok(['topic', 'consume', 'orders'])).toBe('1\n');
});

test('a group goes on where it stands, lags, and can be reset', async () => {
  await ok(['topic', 'create', 'orders']);
  await ok(['topic', 'produce', 'orders'], 'a\nb\nc\n');
  expect(await ok(['topic', 'consume', 'orders', '--group', 'g', '--limit', '2'])).toBe('a\nb\n');
  expect(await ok(['group', 'describe', 'g'])).toMatch(/^ g +\| orders \| 0 +\| 2 +\| 3 +\| 1/m);
  expect(await ok(['topic', 'consume', 'orders', '--group', 'g'])).toBe('c\n');
  expect(await ok(['group', 'list'])).toMatch(/^ g\b/m);
  await ok(['group', 'reset', 'g', '--topic', 'orders', '--to', '1']);
  expect(await ok(['topic', 'consume', 'orders', '--group', 'g'])).toBe('b\nc\n');
  await ok(['group', 'delete', 'g']);
  expect((await run(['group', 'describe', 'g'])).errors).toMatch(
    /Group g has committed no offsets/,
  );
});

test('records below an offset are deleted', async () => {
  await ok(['topic', 'create', 'orders']);
  await ok(['topic', 'produce', 'orders'], 'a\nb\nc\n');
  expect(await ok(['topic', 'delete-records', 'orders', '--before', '2'])).toBe(
    'Topic orders partition 0 begins at offset 2 now.\n',
  );
  expect(await ok(['topic', 'consume', 'orders'])).toBe('c\n');
  expect((await run(['topic', 'consume', 'orders', '--from', '1'])).errors).toMatch(/were removed/);
});

test.each([
  [['topic'], /Say one of list, create/],
  [['topic', 'consume'], /It goes: millrace topic consume TOPIC/],
  [['topic', 'consume', 't', '--partition', 'x'], /--partition must be a whole number/],
  [['topic', 'create', 't', 'retention'], /A setting is written name=value/],
  [['group', 'reset', 'g'], /Say which topic/],
  [['log', 'look'], /Say "dump" or "verify"/],
  [['backup'], /It goes: millrace backup DIR/],
  [['restore', 'x'], /Name the backup and the data directory/],
])('the mistake in %j is explained', async (argv, message) => {
  expect(await run(argv)).toMatchObject({ exitCode: 78, errors: expect.stringMatching(message) });
});

test('no server is told from a refusal', async () => {
  await server.close();
  expect(await run(['topic', 'list'])).toMatchObject({ exitCode: 69 });
});

describe('a backup', () => {
  const TABLE = `CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=2);
    CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s GROUP BY k EMIT CHANGES;`;

  test('taken under load is a database of its own, consistent', async () => {
    await database.execute(TABLE);
    await insert(200);
    const target = join(directory, 'backup');
    const writing = insert(300);
    expect(await ok(['backup', target])).toMatch(/^Backed up \d+ bytes, up to tick \d+, to /);
    await writing;
    await close();
    await ok(['restore', target, join(directory, 'restored')]);
    await open(join(directory, 'restored'));
    const total = database.topics
      .describe('s')
      .partitions.reduce((sum, { endOffset }) => sum + endOffset, 0);
    expect(total).toBeGreaterThanOrEqual(200);
    const rows = (await counts()) as [string, number][];
    expect(rows.reduce((sum, [, n]) => sum + n, 0)).toBe(total);
    await insert(50);
    const after = (await counts()) as [string, number][];
    expect(after.reduce((sum, [, n]) => sum + n, 0)).toBe(total + 50);
  });

  test('does not overwrite anything, and half of one is not restored', async () => {
    await database.execute(TABLE);
    const target = join(directory, 'backup');
    await ok(['backup', target]);
    expect((await run(['backup', target])).errors).toMatch(/is not empty/);
    expect((await run(['restore', target, join(directory, 'data')])).errors).toMatch(/not empty/);
    rmSync(join(target, 'backup.json'));
    const restored = await run(['restore', target, join(directory, 'restored')]);
    expect(restored).toMatchObject({
      exitCode: 1,
      errors: expect.stringMatching(/no whole backup/),
    });
    expect(readdirSync(directory)).not.toContain('restored');
  });
});

describe('millrace log', () => {
  test('dumps a segment and finds the byte of a damage', async () => {
    await ok(['topic', 'create', 'orders', 'compression.type=lz4']);
    await ok(['topic', 'produce', 'orders', '--key-separator', ':'], 'a:1\nb:2\n');
    await ok(['topic', 'produce', 'orders'], 'c\n');
    const { id } = JSON.parse(
      readFileSync(join(directory, 'data/log/topics.json'), 'utf8'),
    ).topics.find(({ name }: { name: string }) => name === 'orders') as { id: number };
    const segment = join(directory, `data/log/${id}/0/00000000000000000000.log`);
    await close();
    const dumped = await ok(['log', 'dump', '--records', segment]);
    expect(dumped).toMatch(/byte 0: offsets 0-1, 2 records, \d+ bytes, lz4, data/);
    expect(dumped).toMatch(/\{"offset":0,"timestamp":\d+,"key":"a","value":"1"\}/);
    const data = join(directory, 'data');
    expect(await ok(['log', 'verify', data])).toMatch(/ partitions, \d+ records, .*: all is well/);
    const bytes = readFileSync(segment);
    const [, position = ''] = /byte (\d+): offsets 2-2/.exec(dumped) ?? [];
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(segment, bytes);
    const verified = await run(['log', 'verify', data]);
    expect(verified.exitCode).toBe(1);
    expect(verified.errors).toContain(`${segment}, byte ${position}: `);
    expect(verified.errors).toMatch(/CRC of its bytes/);
    expect(verified.output).toMatch(/1 problems/);
    await open(data);
  });
});

async function counts(): Promise<unknown[]> {
  await database.settled();
  const result = await database.query('SELECT k, n FROM t;');
  const rows: unknown[] = [];
  for (let batch = await result.next(); batch !== null; batch = await result.next()) {
    if (batch.kind === 'rows') rows.push(...batch.rows);
  }
  return rows;
}

async function insert(count: number): Promise<void> {
  const rows = Array.from({ length: count }, (_, i) => `INSERT INTO s VALUES ('k${i % 5}', ${i});`);
  await database.execute(rows.join('\n'));
}
