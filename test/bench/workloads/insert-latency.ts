import { once } from 'node:events';
import { WebSocket } from 'ws';
import { MillraceClient } from '../../../src/api/client.ts';
import { quantile } from '../meter.ts';
import { ServerProcess } from '../server-process.ts';

const WARM_UP_ROWS = 50;
const ROWS = 300;

export interface LatencyReport {
  readonly rows: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
}

/**
 * LAT: from sending an INSERT until its row is at a WebSocket client of a push query, one row at a time; the row is
 * synced to the disk before it is acknowledged. Server and clients are in different processes.
 * @param directory an empty one for the data.
 */
export async function measureInsertLatency(directory: string): Promise<LatencyReport> {
  const server = await ServerProcess.start(directory);
  const client = new MillraceClient(server.url);
  try {
    await client.execute(
      'CREATE STREAM clicks (user_id VARCHAR KEY, page VARCHAR, ms BIGINT) ' +
        "WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON', PARTITIONS=1);",
    );
    const push = await PushClient.open(
      server.url,
      'SELECT user_id, page, ms FROM clicks EMIT CHANGES;',
    );
    const latencies: number[] = [];
    for (let i = 0; i < WARM_UP_ROWS + ROWS; i++) {
      const latency = await timeRow(client, push, i);
      if (i >= WARM_UP_ROWS) latencies.push(latency);
    }
    push.close();
    return {
      rows: ROWS,
      p50Ms: quantile(latencies, 0.5),
      p90Ms: quantile(latencies, 0.9),
      p99Ms: quantile(latencies, 0.99),
    };
  } finally {
    client.close();
    await server.stop();
  }
}

/** Milliseconds from the request until the row has arrived; waits for the acknowledgement too. */
async function timeRow(client: MillraceClient, push: PushClient, i: number): Promise<number> {
  const startedAt = performance.now();
  const acknowledged = client.execute(
    `INSERT INTO clicks (user_id, page, ms) VALUES ('user${i}', '/page/1', ${i});`,
  );
  const frame = await push.next();
  const latency = performance.now() - startedAt;
  await acknowledged;
  const expected = `{"row":{"columns":["user${i}","/page/1",${i}]}}`;
  if (frame !== expected) throw new Error(`Expected the row ${expected}, received ${frame}`);
  return latency;
}

/** The frames of a push query over a WebSocket, one by one. */
class PushClient {
  readonly #socket: WebSocket;
  readonly #frames: string[] = [];
  #wake: (() => void) | null = null;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      this.#frames.push(data.toString());
      this.#wake?.();
    });
  }

  /** Resolves when the query runs: its first frame has arrived, which tells the columns. */
  static async open(url: string, sql: string): Promise<PushClient> {
    const request = encodeURIComponent(JSON.stringify({ ksql: sql }));
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/query?request=${request}`);
    const client = new PushClient(socket);
    await once(socket, 'open');
    await client.next();
    return client;
  }

  async next(): Promise<string> {
    for (;;) {
      const frame = this.#frames.shift();
      if (frame !== undefined) return frame;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  close(): void {
    this.#socket.terminate();
  }
}
