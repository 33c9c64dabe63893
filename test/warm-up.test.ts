import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const WARM_UP = resolve(import.meta.dirname, '../bin/warm-up.js');

test('what a server compiles is kept for its first start, and nothing else is left', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-warm-up-'));
  const environment = { XDG_CACHE_HOME: join(directory, 'cache'), TMPDIR: directory };
  // A setting of the user that the server would refuse.
  const env = { ...process.env, ...environment, MILLRACE_PORT: 'none' };
  await promisify(execFile)(process.execPath, [WARM_UP], { env });
  expect(readdirSync(directory)).toEqual(['cache']);
  const kept = readdirSync(join(directory, 'cache/millrace'), { recursive: true });
  // A server loads some 700 modules, of which `millrace --help` needs few.
  expect(kept.length).toBeGreaterThan(300);
  rmSync(directory, { recursive: true });
}, 90_000);
