import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { MillraceClient } from '../../../src/api/client.ts';
import { median } from '../meter.ts';
import { ServerProcess } from '../server-process.ts';
import { keyAt, valueOf } from './restart-rows.ts';

const CHILD = join(import.meta.dirname, 'restart-child.ts');
const STARTS = 3;
const ROWS_CHECKED = 100;

export interface RestartReport {
  readonly keys: number;
  /** Of the log and of the state, on disk. */
  readonly logBytes: number;
  readonly stateBytes: number;
  /** Of each start after a kill, the first after that under load: until the server says that it is ready. */
  readonly readyMs: readonly number[];
  readonly medianMs: number;
}

/**
 * W9: a process with about a KiB of state for each key is killed under load; how long until a server over its directory
 * is ready, and whether it has what was there.
 */
export async function measureRestart(directory: string, keys: number): Promise<RestartReport> {
  const data = join(directory, 'restart');
  await fillAndKill(data, keys);
  const logBytes = await bytesBelow(join(data, 'log'));
  const stateBytes = await bytesBelow(join(data, 'state'));
  const readyMs: number[] = [];
  for (let i = 0; i < STARTS; i++) {
    const startedAt = performance.now();
    const server = await ServerProcess.start(data);
    try {
      readyMs.push(performance.now() - startedAt);
      await checkRows(server.url, keys);
    } finally {
      await server.kill();
    }
  }
  return { keys, logBytes, stateBytes, readyMs, medianMs: median(readyMs) };
}

async function fillAndKill(data: string, keys: number): Promise<void> {
  const child = spawn(process.execPath, [CHILD, data, String(keys)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'filled') child.kill('SIGKILL');
  }
  await exited;
  if (child.signalCode !== 'SIGKILL') throw new Error('The database ended before it was killed.');
}

async function checkRows(url: string, keys: number): Promise<void> {
  const client = new MillraceClient(url);
  try {
    for (let i = 0; i < ROWS_CHECKED; i++) {
      const key = keyAt(Math.floor((i * keys) / ROWS_CHECKED));
      const { rows } = await client.collect(`SELECT V FROM T WHERE K = '${key}';`);
      const found = rows[0]?.[0];
      if (found !== valueOf(key)) throw new Error(`After the restart ${key} is ${String(found)}.`);
    }
  } finally {
    client.close();
  }
}

async function bytesBelow(directory: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(directory, { recursive: true })) {
    const found = await stat(join(directory, name));
    if (found.isFile()) bytes += found.size;
  }
  return bytes;
}
