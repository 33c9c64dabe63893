/*
 * Many push queries on one stream, each on a WebSocket of its own: whether each gets every row, and how late.
 * npm run bench:push -- --queries 1000 --rate 10000 --stalled 100 --seconds 10
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { LiveClient } from '../../src/api/client.ts';
import type { ReadersCall, ReadersFigures, ServerCall, ServerReply } from './push/messages.ts';

const { values } = parseArgs({
  options: {
    queries: { type: 'string', default: '1000' },
    stalled: { type: 'string', default: '0' },
    /** Rows a second that are inserted; each goes to every query. */
    rate: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '10' },
    /** Of a text that each row carries along. */
    'row-bytes': { type: 'string', default: '0' },
    /** How long a reader may leave a full buffer unread. */
    'stall-seconds': { type: 'string', default: '60' },
  },
});
const queryCount = Number(values.queries);
const stalledCount = Number(values.stalled);
const rate = Number(values.rate);
const seconds = Number(values.seconds);
const padding = 'x'.repeat(Number(values['row-bytes']));
/** Rows are inserted in so many requests a second, or fewer if there are fewer rows. */
const BATCHES_PER_SECOND = 100;
/** How long rows that were sent may take to arrive before they count as lost. */
const ARRIVAL_MS_MAX = 30_000;
/** Those that stalled read again so many at a time, every half a second: all of them before the server cuts them off. */
const WAKING_AT_A_TIME = 20;
const SQL = 'SELECT n, sent, padding FROM s EMIT CHANGES;';
const MEBIBYTE = 1024 * 1024;

type Told = ServerReply & { readonly kind: 'told' };

class Child<Call> {
  readonly #process: ChildProcess;

  constructor(file: string) {
    this.#process = fork(join(import.meta.dirname, 'push', file), { execArgv: process.execArgv });
  }

  tell(call: Call): void {
    this.#process.send(call as object);
  }

  /** One at a time. */
  async ask<Reply>(call: Call): Promise<Reply> {
    const answer = once(this.#process, 'message');
    this.tell(call);
    const [reply] = (await answer) as [Reply];
    return reply;
  }

  end(): void {
    this.#process.disconnect();
  }
}

async function measure(
  port: number,
  {
    server,
    readers,
    stalled,
  }: { server: Child<ServerCall>; readers: Child<ReadersCall>; stalled: Child<ReadersCall> },
): Promise<void> {
  const client = new LiveClient(`http://127.0.0.1:${port}`);
  await client.execute(
    "CREATE STREAM s (n INT, sent BIGINT, padding VARCHAR) WITH (KAFKA_TOPIC = 's', VALUE_FORMAT = 'JSON', PARTITIONS = 1);",
  );
  const atRest = await server.ask<Told>({ kind: 'tell' });
  await stalled.ask({ kind: 'open', port, sql: SQL, count: stalledCount, stall: true });
  const liveCount = queryCount - stalledCount;
  await readers.ask({ kind: 'open', port, sql: SQL, count: liveCount, stall: false });
  const before = await server.ask<Told>({ kind: 'tell' });
  const readersBefore = await readers.ask<ReadersFigures>({ kind: 'tell' });
  const producerBefore = process.cpuUsage();
  let peak = before;
  let isAsking = false;
  const watching = setInterval(async () => {
    if (isAsking) return;
    isAsking = true;
    const told = await server.ask<Told>({ kind: 'tell' });
    if (told.residentBytes > peak.residentBytes) peak = told;
    if (stalledCount > 0 && (await pushCount(port)) <= liveCount) {
      stalled.tell({ kind: 'wake', count: WAKING_AT_A_TIME });
    }
    isAsking = false;
  }, 500);
  const start = performance.now();
  const sent = await produce(client);
  const sentMs = performance.now() - start;
  let figures = await readers.ask<ReadersFigures>({ kind: 'tell' });
  const isComplete = (count: number): boolean => count === sent;
  const end = performance.now() + ARRIVAL_MS_MAX;
  while (!figures.rowCounts.every(isComplete) && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    figures = await readers.ask<ReadersFigures>({ kind: 'tell' });
  }
  const wallMs = performance.now() - start;
  clearInterval(watching);
  const after = await server.ask<Told>({ kind: 'tell' });
  const producer = process.cpuUsage(producerBefore);
  const complete = figures.rowCounts.filter(isComplete).length - figures.disordered;
  const share = (cpuMs: number): string => `${((cpuMs / wallMs) * 100).toFixed(0)} %`;
  const mebibytes = (bytes: number): string => (bytes / MEBIBYTE).toFixed(0);
  const at = (part: number): number => latencyAt(figures.latencies, part);
  const deliveries = figures.latencies.reduce((sum, count) => sum + count, 0);
  console.log(
    `${queryCount} push queries, ${stalledCount} of them stalled; ${sent} rows in ${(sentMs / 1000).toFixed(1)} s, ` +
      `${Math.round(deliveries / (wallMs / 1000))} deliveries/s, ${(figures.bytes / MEBIBYTE / (wallMs / 1000)).toFixed(1)} MiB/s`,
  );
  console.log(`complete and in order: ${complete} of ${figures.rowCounts.length}`);
  console.log(
    `latency ms: p50 ${at(0.5)}, p90 ${at(0.9)}, p99 ${at(0.99)}, max ${at(1)}; ${(deliveries / figures.frames).toFixed(1)} rows a frame`,
  );
  if (stalledCount > 0) {
    const { ended, endedWithToken } = await wakeAll(stalled);
    console.log(
      `stalled: ${ended} closed, ${endedWithToken} of them with SLOW_CONSUMER and a token`,
    );
  }
  console.log(
    `processor: server ${share(after.cpuMs - before.cpuMs)}, readers ${share(figures.cpuMs - readersBefore.cpuMs)}, ` +
      `producer ${share((producer.user + producer.system) / 1000)}; ` +
      `server ${(((after.cpuMs - before.cpuMs) * 1000) / figures.frames).toFixed(1)} µs a frame`,
  );
  console.log(
    `resident memory of the server, MiB: ${mebibytes(atRest.residentBytes)} before, ` +
      `${mebibytes(before.residentBytes)} with all queries open, ${mebibytes(peak.residentBytes)} at most ` +
      `(heap ${mebibytes(peak.heapBytes)}, buffers ${mebibytes(peak.bufferBytes)}), ${mebibytes(after.residentBytes)} at the end`,
  );
  console.log(`load of the machine: ${readFileSync('/proc/loadavg', 'utf8').trim()}`);
  client.close();
}

/** Has all that stalled read what was left for them. */
async function wakeAll(stalled: Child<ReadersCall>): Promise<ReadersFigures> {
  stalled.tell({ kind: 'wake', count: stalledCount });
  const end = performance.now() + ARRIVAL_MS_MAX;
  for (;;) {
    const figures = await stalled.ask<ReadersFigures>({ kind: 'tell' });
    if (figures.ended === stalledCount || performance.now() > end) return figures;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The latency, ms, that a part of all deliveries did not exceed. */
function latencyAt(latencies: readonly number[], part: number): number {
  const total = latencies.reduce((sum, count) => sum + count, 0);
  let seen = 0;
  for (const [latency, count] of latencies.entries()) {
    seen += count;
    if (seen >= total * part && seen > 0) return latency;
  }
  return NaN;
}

/** Inserts at an even pace, without waiting for acknowledgements. @returns how many rows. */
async function produce(client: LiveClient): Promise<number> {
  const start = performance.now();
  const total = Math.round(rate * seconds);
  const batches = Math.min(total, Math.round(seconds * BATCHES_PER_SECOND));
  const inserts: Promise<unknown>[] = [];
  let sent = 0;
  for (let i = 1; i <= batches; i++) {
    const rows: { n: number; sent: number; padding: string }[] = [];
    const due = Math.round((total * i) / batches);
    const now = Date.now();
    for (; sent < due; sent++) rows.push({ n: sent, sent: now, padding });
    if (rows.length > 0) inserts.push(client.insert('s', rows));
    const wait = start + (i * 1000 * seconds) / batches - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  }
  await Promise.all(inserts);
  return sent;
}

async function pushCount(port: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(/^millrace_client_queries\{kind="push"\} (\d+)$/m.exec(text)?.[1]);
}

const directory = mkdtempSync(join(tmpdir(), 'millrace-push-'));
const server = new Child<ServerCall>('server.ts');
const readers = new Child<ReadersCall>('readers.ts');
const stalled = new Child<ReadersCall>('readers.ts');
try {
  const stallSeconds = Number(values['stall-seconds']);
  const started = await server.ask<ServerReply>({ kind: 'start', directory, stallSeconds });
  if (started.kind !== 'started') throw new Error('The server did not start.');
  await measure(started.port, { server, readers, stalled });
} finally {
  server.end();
  readers.end();
  stalled.end();
  rmSync(directory, { recursive: true, force: true });
}
