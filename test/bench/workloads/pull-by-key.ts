import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ProcessorUsage, PullServerCall, PullServerReply } from '../pull/messages.ts';

const SERVER = join(import.meta.dirname, '..', 'pull', 'server.ts');
const CONNECTIONS = 32;
const SECONDS = 5;
const WARM_UP_SECONDS = 2;
const INGEST_RATE = 50_000;
const KEYS = 10_000;
const BODIES = 500;

/** One way of asking, and how it went. */
export interface PullFigures {
  readonly name: string;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Records a second that were acknowledged meanwhile; null when none were sent. */
  readonly ingestedPerSecond: number | null;
  /** How much of a core the server's main thread took, and all its threads together. */
  readonly mainThreadShare: number;
  readonly processShare: number;
}

/** What autocannon tells, of what is used here. */
interface LoadFigures {
  readonly requests: { readonly average: number };
  readonly latency: { readonly p50: number; readonly p99: number };
  readonly errors: number;
  readonly non2xx: number;
}

type Autocannon = (options: object) => Promise<LoadFigures>;
const autocannon = createRequire(import.meta.url)('autocannon') as Autocannon;

/**
 * W6: pull by key over keep-alive HTTP/1.1 with 32 connections, each request for another of 10,000 keys, beside a bare
 * fastify route of the same process; also while records come in. The load comes from this process.
 * @param directory an empty one for the data.
 */
export async function measurePulls(directory: string): Promise<PullFigures[]> {
  const child = fork(SERVER, { execArgv: process.execArgv });
  const tell = (call: PullServerCall): boolean => child.send(call);
  const answer = async (): Promise<PullServerReply> => {
    const [message] = (await once(child, 'message')) as [PullServerReply];
    return message;
  };
  try {
    tell({ kind: 'start', directory });
    const started = await answer();
    if (started.kind !== 'started') throw new Error('The server did not start.');
    const bare = { port: started.barePort, path: '/bare', properties: {} };
    const pull = { port: started.port, path: '/query-stream', properties: {} };
    const atOnce = { ...pull, properties: { 'millrace.query.pull.wait.ms': '0' } };
    const usage = async (): Promise<ProcessorUsage> => {
      tell({ kind: 'tellUsage' });
      const reply = await answer();
      if (reply.kind !== 'usage') throw new Error('The server did not tell what it takes.');
      return reply;
    };
    const run = async (
      name: string,
      target: Target | null,
      ingests: boolean,
    ): Promise<PullFigures> => {
      await loadOf(target, WARM_UP_SECONDS);
      if (ingests) tell({ kind: 'ingest', recordsPerSecond: INGEST_RATE });
      const before = await usage();
      const start = performance.now();
      const { requests, latency, errors, non2xx } = await loadOf(target, SECONDS);
      const micros = (performance.now() - start) * 1000;
      const after = await usage();
      if (errors + non2xx > 0) throw new Error(`${name}: ${errors} errors, ${non2xx} refused`);
      let ingestedPerSecond: number | null = null;
      if (ingests) {
        tell({ kind: 'stopIngesting' });
        const reply = await answer();
        if (reply.kind === 'ingested') ingestedPerSecond = reply.recordsPerSecond;
      }
      return {
        name,
        requestsPerSecond: requests.average,
        p50Ms: latency.p50,
        p99Ms: latency.p99,
        ingestedPerSecond,
        mainThreadShare: (after.mainThreadMicros - before.mainThreadMicros) / micros,
        processShare: (after.processMicros - before.processMicros) / micros,
      };
    };
    return [
      await run('bare route', bare, false),
      await run('pull by key', pull, false),
      await run('nobody asks, ingesting', null, true),
      await run('bare route, ingesting', bare, true),
      await run('pull by key, ingesting, what is committed', atOnce, true),
      await run('pull by key, ingesting, what is acknowledged', pull, true),
    ];
  } finally {
    child.kill('SIGKILL');
  }
}

interface Target {
  readonly port: number;
  readonly path: string;
  readonly properties: Readonly<Record<string, string>>;
}

const NO_LOAD: LoadFigures = {
  requests: { average: 0 },
  latency: { p50: 0, p99: 0 },
  errors: 0,
  non2xx: 0,
};

/** @param target null for no requests, for as long. */
async function loadOf(target: Target | null, duration: number): Promise<LoadFigures> {
  if (target === null) return delay(duration * 1000, NO_LOAD);
  const { port, path, properties } = target;
  const requests = Array.from({ length: BODIES }, (_, i) => ({
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      sql: `SELECT * FROM per_user WHERE user_id = 'user${(i * 7919) % KEYS}';`,
      properties,
    }),
  }));
  return autocannon({
    url: `http://127.0.0.1:${port}`,
    connections: CONNECTIONS,
    duration,
    requests,
  });
}
