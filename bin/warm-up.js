// `npm ci` runs this in a clone: a server is started once, so that the first start of its user finds everything compiled.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const DEADLINE_MS = 60_000;

const directory = mkdtempSync(join(tmpdir(), 'millrace-'));
const script = join(import.meta.dirname, 'millrace.js');
const server = spawn(
  process.execPath,
  [script, 'server', '--port', '0', '--data', join(directory, 'data')],
  {
    // Settings in the environment are for the servers of the user.
    env: Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !name.startsWith('MILLRACE_')),
    ),
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: DEADLINE_MS,
  },
);
// It only stops orderly when it was ready, and only then what it compiled is kept.
server.stdout.once('data', () => server.kill('SIGTERM'));
// Whatever goes wrong will be said by the start of the user, who can do something about it.
server.once('error', () => {});
server.once('close', () => rmSync(directory, { recursive: true, force: true }));
