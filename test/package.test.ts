import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { MILLRACE, READY, startMillrace } from './cli/millrace-process.ts';

const run = promisify(execFile);

const ROOT = resolve(import.meta.dirname, '..');
/** Building, packing and installing from a cache that may be cold. */
const INSTALL_MS_MAX = 240_000;
const NODE_MAJOR_MIN = 26;

describe('the packed and installed package', () => {
  let directory: string;
  let script: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'millrace-package-'));
    await npm(['pack', '--pack-destination', directory], ROOT);
    const project = join(directory, 'project');
    mkdirSync(project);
    writeFileSync(join(project, 'package.json'), '{ "name": "project", "private": true }');
    const tarball = join(directory, `millrace-${manifest.version}.tgz`);
    const quiet = ['--prefer-offline', '--no-audit', '--no-fund'];
    await npm(['install', ...quiet, tarball], project);
    script = join(project, 'node_modules/.bin/millrace');
  }, INSTALL_MS_MAX);

  afterAll(() => rmSync(directory, { recursive: true }));

  test('tells its version', async () => {
    const { ended } = startMillrace(['--version'], { script });
    expect(await ended).toEqual({
      exitCode: 0,
      output: `millrace ${manifest.version}\n`,
      errors: '',
    });
  });

  test('holds what runs, and neither sources nor tests', () => {
    const installed = join(directory, 'project/node_modules/millrace');
    const found = readdirSync(installed);
    for (const name of ['bin', 'dist', 'package.json', 'LICENSE']) expect(found).toContain(name);
    for (const name of ['src', 'cli', 'server', 'grammar', 'test'])
      expect(found).not.toContain(name);
    expect(existsSync(join(installed, 'dist/test'))).toBe(false);
  });

  test('is a library: an engine to open and a client', async () => {
    const lines = [
      "import { openDatabase } from 'millrace';",
      "import { MillraceClient } from 'millrace/client';",
      'console.log(typeof openDatabase, typeof MillraceClient);',
    ];
    const path = join(directory, 'project/import.mjs');
    writeFileSync(path, lines.join('\n'));
    expect((await run(process.execPath, [path])).stdout).toBe('function function\n');
  });

  test('serves a database that its own shell can use', async () => {
    const data = join(directory, 'data');
    const server = startMillrace(['server', '--port', '0', '--data', data], { script });
    try {
      const [, url = ''] = await server.output(READY);
      const sql = [
        "CREATE STREAM clicks (user VARCHAR KEY, n BIGINT) WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON', PARTITIONS=1);",
        "INSERT INTO clicks (user, n) VALUES ('ann', 9007199254740993);",
        "SET 'auto.offset.reset' = 'earliest';",
        'SELECT user, n FROM clicks EMIT CHANGES LIMIT 1;',
      ].join('\n');
      const shell = startMillrace([url, '-e', sql], { script });
      const { exitCode, output, errors } = await shell.ended;
      expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' });
      expect(output).toContain('|ann         |9007199254740993|\n');
    } finally {
      server.kill('SIGTERM');
    }
    expect(await server.ended).toMatchObject({ exitCode: 0 });
  });
});

test('an older Node is answered with one line', async ({ skip }) => {
  const old = await findOldNode();
  if (old === null) return skip(`there is no Node older than ${NODE_MAJOR_MIN} on this machine`);
  expect(await startMillrace(['--version'], { node: old.path, script: MILLRACE }).ended).toEqual({
    exitCode: 1,
    output: '',
    errors:
      `millrace needs Node.js ${NODE_MAJOR_MIN} or newer; this is ${old.version}. ` +
      'Install it, or run `npm ci` in a clone, which brings it along.\n',
  });
});

/** Runs npm; what it printed, which holds the compiler's errors, becomes part of the failure. */
async function npm(argv: readonly string[], folder: string): Promise<void> {
  try {
    await run('npm', [...argv], { cwd: folder });
  } catch (cause) {
    const { stdout, stderr } = cause as { stdout: string; stderr: string };
    throw new Error(`npm ${argv[0]} failed:\n${stdout}\n${stderr}`, { cause });
  }
}

/** The first Node on the path that is too old for us. */
async function findOldNode(): Promise<{ path: string; version: string } | null> {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  for (const path of folders.map((folder) => join(folder, 'node')).filter(existsSync)) {
    const version = (await run(path, ['--version'])).stdout.trim();
    if (Number.parseInt(version.slice(1), 10) < NODE_MAJOR_MIN) return { path, version };
  }
  return null;
}
