/** The server that answers pull queries, in a process of its own, and beside it the bare route it is compared with. */
import { fastify } from 'fastify';
import { startServer } from '../../../server/app.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { type Database, openDatabase } from '../../../src/database.ts';
import type { PullServerCall, PullServerReply } from './messages.ts';

const KEYS = 10_000;
const LOAD_RECORDS = 50_000;
const PULSE_MS = 10;

const DEFINITIONS = `
  CREATE STREAM clicks (user_id VARCHAR KEY, page VARCHAR, ms BIGINT)
    WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON', PARTITIONS=1);
  CREATE TABLE per_user AS SELECT user_id, COUNT(*) AS clicks, SUM(ms) AS ms FROM clicks GROUP BY user_id;`;

function reply(message: PullServerReply): void {
  process.send?.(message);
}

/** Made beforehand: whoever writes records makes them elsewhere. */
const RECORDS = Array.from({ length: KEYS }, (_, index) => ({
  key: Buffer.from(`user${index}`),
  value: Buffer.from(`{"PAGE":"/page/${index % 500}","MS":${index % 1000}}`),
}));

function record(index: number): { key: Buffer; value: Buffer } {
  return RECORDS[index % KEYS]!;
}

async function load(database: Database): Promise<void> {
  await database.execute(DEFINITIONS, { properties: { 'auto.offset.reset': 'earliest' } });
  for (let from = 0; from < LOAD_RECORDS; from += 5000) {
    await database.produce(
      'clicks',
      Array.from({ length: 5000 }, (_, i) => record(from + i)),
    );
  }
  await database.settled();
}

/** Records that are acknowledged until it is stopped, at a steady rate; less when the database takes less. */
class Ingestion {
  #written = 0;
  #sent = 0;
  readonly #startedAt = performance.now();
  readonly #timer: NodeJS.Timeout;

  constructor(database: Database, recordsPerSecond: number) {
    this.#timer = setInterval(() => {
      const due = ((performance.now() - this.#startedAt) / 1000) * recordsPerSecond;
      const count = Math.min(due - this.#sent, recordsPerSecond / 10);
      if (this.#sent - this.#written > recordsPerSecond / 4) return;
      const records = Array.from({ length: count }, () => record(this.#sent++));
      if (records.length === 0) return;
      void database.produce('clicks', records).then((acknowledged) => {
        this.#written += acknowledged.length;
      });
    }, PULSE_MS);
  }

  /** Ends it. @returns how many records a second were acknowledged. */
  stop(): number {
    clearInterval(this.#timer);
    return this.#written / ((performance.now() - this.#startedAt) / 1000);
  }
}

async function bareServer(): Promise<number> {
  const bare = fastify();
  const answer =
    '{"queryId":"q","columnNames":["USER_ID"],"columnTypes":["STRING"]}\n["user1",5,10]\n';
  bare.post('/bare', (_request, response) => response.type('text/plain').send(answer));
  const url = await bare.listen({ host: '127.0.0.1', port: 0 });
  return Number(new URL(url).port);
}

let database: Database;
let ingestion: Ingestion | null = null;

process.on('message', async (call: PullServerCall) => {
  switch (call.kind) {
    case 'start': {
      database = await openDatabase({ directory: call.directory });
      await load(database);
      const server = await startServer({ engine: database, port: 0, logger: silentLogger });
      return reply({ kind: 'started', port: server.port, barePort: await bareServer() });
    }
    case 'ingest':
      ingestion = new Ingestion(database, call.recordsPerSecond);
      return;
    case 'stopIngesting':
      reply({ kind: 'ingested', recordsPerSecond: ingestion?.stop() ?? 0 });
      return;
    case 'tellUsage': {
      const main = process.threadCpuUsage();
      const all = process.cpuUsage();
      const mainThreadMicros = main.user + main.system;
      return reply({ kind: 'usage', mainThreadMicros, processMicros: all.user + all.system });
    }
  }
});
process.on('disconnect', () => process.exit());
