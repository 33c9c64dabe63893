import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const SOURCE = "CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');";
const COPY = 'CREATE STREAM copy AS SELECT * FROM s;';
const good = caseText('good', 1);
const bad = caseText('bad', 2);

function caseText(name: string, expected: number): string {
  return JSON.stringify({
    name,
    statements: [SOURCE, COPY],
    inputs: [{ topic: 's', key: 1, value: { v: 1 } }],
    outputs: [{ topic: 'COPY', key: 1, value: { V: expected } }],
  });
}

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'conformance-'));
  await mkdir(join(directory, 'query'));
  await writeFile(join(directory, 'query', 'copies.json'), `[${good},${good},${bad}]`);
  await writeFile(join(directory, 'query', 'others.json'), `[${good}]`);
});

afterAll(async () => {
  await rm(directory, { recursive: true });
});

interface Run {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

function run(...args: string[]): Promise<Run> {
  const main = join(import.meta.dirname, 'main.ts');
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], (error, out, errors) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, error: errors });
    });
  });
}

test('prints what failed and, last, how many passed', async () => {
  const json = join(directory, 'outcomes.json');
  const { code, out } = await run('--cases', directory, '--summary', '--json', json);
  expect(code).toBe(1);
  expect(out.trim().split('\n')).toEqual([
    'FAILED copies - bad',
    '    records: COPY[0] value.V: expected 2, found 1',
    'copies: 2 of 3',
    'others: 1 of 1',
    'failed, records: 1',
    '0 passed because a statement was refused as expected',
    '0 expectations about internal topics were skipped',
    'query: 3 of 4 passed',
  ]);
  const outcomes = JSON.parse(await readFile(json, 'utf8')) as { id: string }[];
  expect(outcomes.map(({ id }) => id)).toEqual([
    'copies - good',
    'copies - good (2)',
    'copies - bad',
    'others - good',
  ]);
});

test('runs only the file and the names it is given', async () => {
  const { code, out } = await run('--cases', directory, '--file', 'copies', '--name', '^go+d$');
  expect(out.trim().split('\n').at(-1)).toBe('query: 2 of 2 passed');
  expect(code).toBe(0);
});

test.each([
  [[], '--cases DIR is missing'],
  [['--cases', 'x', '--kind', 'odd'], '--kind is odd, expected query or rest'],
  [['--cases', 'x', '--odd'], "Unknown option '--odd'"],
])('refuses the command line %j', async (args, message) => {
  const { code, error } = await run(...args);
  expect(code).toBe(2);
  expect(error).toContain(message);
  expect(error).toContain('npm run conformance -- --cases DIR');
});
