/*
 * Many push queries on one stream, each on a WebSocket of its own: whether each gets every row, and how late.
 * npm run bench:push -- --queries 1000 --rate 10 --stalled 100 --seconds 10
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { LiveClient } from '../../src/api/client.ts';
import { READY, startMillrace } from '../cli/millrace-process.ts';

const { values } = parseArgs({
  options: {
    queries: { type: 'string', default: '1000' },
    stalled: { type: 'string', default: '0' },
    rate: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '10' },
  },
});
const queryCount = Number(values.queries);
const stalledCount = Number(values.stalled);
const rate = Number(values.rate);
const seconds = Number(values.seconds);
const BATCHES_PER_SECOND = 20;
/** How long rows that were sent may take to arrive before they count as lost. */
const ARRIVAL_MS_MAX = 30_000;
const OPENING_AT_A_TIME = 50;

async function measure(url: string): Promise<void> {
  const client = new LiveClient(url);
  await client.execute(
    "CREATE STREAM s (n INT, sent BIGINT) WITH (KAFKA_TOPIC = 's', VALUE_FORMAT = 'JSON', PARTITIONS = 1);",
  );
  const address = `${url.replace('http', 'ws')}/ws`;
  const readers: Reader[] = [];
  for (let i = 0; i < queryCount; i += OPENING_AT_A_TIME) {
    const count = Math.min(OPENING_AT_A_TIME, queryCount - i);
    const opening = Array.from({ length: count }, () => Reader.open(address));
    readers.push(...(await Promise.all(opening)));
  }
  const live = readers.slice(stalledCount);
  for (const reader of readers.slice(0, stalledCount)) reader.stall();
  const memoryBefore = await residentMegabytes(url);
  const sent = await produce(client);
  const end = performance.now() + ARRIVAL_MS_MAX;
  while (live.some(({ latencies }) => latencies.length < sent) && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const complete = live.filter(({ latencies, inOrder }) => latencies.length === sent && inOrder);
  const latencies = live.flatMap((reader) => reader.latencies).sort((a, b) => a - b);
  const at = (share: number): string =>
    (
      latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? NaN
    ).toFixed(0);
  const delivered = Math.round((sent * live.length) / seconds);
  console.log(
    `${queryCount} push queries, ${stalledCount} of them stalled; ${sent} rows in ${seconds} s, ${delivered} deliveries/s`,
  );
  console.log(`complete and in order: ${complete.length} of ${live.length}`);
  console.log(`latency ms: p50 ${at(0.5)}, p90 ${at(0.9)}, p99 ${at(0.99)}, max ${at(1)}`);
  console.log(
    `resident memory: ${memoryBefore} MB with all queries open, ${await residentMegabytes(url)} MB at the end`,
  );
  console.log(`load of the machine: ${readFileSync('/proc/loadavg', 'utf8').trim()}`);
  for (const reader of readers) reader.close();
  client.close();
}

/** Inserts at an even pace. @returns how many rows. */
async function produce(client: LiveClient): Promise<number> {
  const start = performance.now();
  const total = Math.round(rate * seconds);
  const batches = Math.round(seconds * BATCHES_PER_SECOND);
  let sent = 0;
  for (let i = 1; i <= batches; i++) {
    const rows: { n: number; sent: number }[] = [];
    const due = Math.round((total * i) / batches);
    for (; sent < due; sent++) rows.push({ n: sent, sent: Date.now() });
    if (rows.length > 0) await client.insert('s', rows);
    const wait = start + (i * 1000) / BATCHES_PER_SECOND - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  }
  return sent;
}

async function residentMegabytes(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const [, bytes = '0'] = /^process_resident_memory_bytes (\S+)$/m.exec(text) ?? [];
  return Math.round(Number(bytes) / 1024 / 1024);
}

/** One client with one push query. */
class Reader {
  readonly latencies: number[] = [];
  /** Whether the rows came in the order they were written, none missing between them. */
  inOrder = true;
  readonly #webSocket: WebSocket;

  constructor(webSocket: WebSocket) {
    this.#webSocket = webSocket;
  }

  static open(address: string): Promise<Reader> {
    return new Promise((resolve, reject) => {
      const webSocket = new WebSocket(address, { perMessageDeflate: false });
      const reader = new Reader(webSocket);
      webSocket.on('error', reject);
      webSocket.on('open', () => {
        const sql = 'SELECT n, sent FROM s EMIT CHANGES;';
        webSocket.send(JSON.stringify({ type: 'query', id: 'q', sql }));
      });
      webSocket.on('message', (data: Buffer) => {
        const message = JSON.parse(data.toString()) as {
          type: string;
          message?: string;
          rows?: [number, number][];
        };
        if (message.type === 'started') resolve(reader);
        if (message.type === 'error') reject(new Error(message.message));
        for (const [n, sent] of message.rows ?? []) {
          if (n !== reader.latencies.length) reader.inOrder = false;
          reader.latencies.push(Date.now() - sent);
        }
      });
    });
  }

  /** From now on it reads nothing. */
  stall(): void {
    this.#webSocket.pause();
  }

  close(): void {
    this.#webSocket.terminate();
  }
}

const directory = mkdtempSync(join(tmpdir(), 'millrace-push-'));
const server = startMillrace([
  'server',
  '--data',
  directory,
  '--port',
  '0',
  '--log-level',
  'error',
]);
try {
  const [, url = ''] = await server.output(READY);
  await measure(url);
} finally {
  server.kill('SIGTERM');
  await server.ended;
  rmSync(directory, { recursive: true });
}
