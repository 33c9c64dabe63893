import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningServer, startServer } from '../../../server/app.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { type Database, openDatabase } from '../../../src/database.ts';
import { formatJsonNode } from '../../../src/formats/json-node.ts';
import { RecordCursor } from '../../../src/log/record-cursor.ts';
import { parseJson } from '../../../src/testing/json-case.ts';
import { decodeRecord, encodeRecord } from '../../../src/testing/payloads.ts';
import type { HostCall, HostedRecord, HostReply, StoredRecord } from './host-messages.ts';

/** A database with its server, for one case. */
class Hosted {
  readonly #directory: string;
  readonly #database: Database;
  readonly #server: RunningServer;

  private constructor(directory: string, database: Database, server: RunningServer) {
    this.#directory = directory;
    this.#database = database;
    this.#server = server;
  }

  static async open(): Promise<Hosted> {
    const directory = await mkdtemp(join(tmpdir(), 'millrace-rest-'));
    const database = await openDatabase({ directory });
    const server = await startServer({ engine: database, port: 0, logger: silentLogger });
    return new Hosted(directory, database, server);
  }

  get url(): string {
    return this.#server.url;
  }

  async createTopic(name: string, partitionCount: number): Promise<void> {
    await this.#database.log.createTopic({ name, partitionCount, cleanupPolicy: 'delete' });
  }

  /** Writes the records as producers would, in the formats of the sources over their topics. */
  async produce(records: readonly HostedRecord[]): Promise<void> {
    const written = records.map((record) => {
      const { topic } = record;
      const source = this.#database.catalog.sources.find((each) => each.topic === topic);
      if (source === undefined) throw new Error(`no source stands over the topic ${topic}`);
      const { key, value, timestamp, headers } = encodeRecord(
        { ...record, key: parseJson(record.key), value: parseJson(record.value) },
        source,
      );
      return this.#database.produce(topic, [{ key, value, timestamp, headers }]);
    });
    await Promise.all(written);
  }

  settled(): Promise<void> {
    return this.#database.settled();
  }

  /** What stands in a topic: partition by partition in order of offset, decoded by the source over it. */
  async records(topicName: string): Promise<StoredRecord[]> {
    const topic = this.#database.log.topic(topicName);
    const source = this.#database.catalog.sources.find((each) => each.topic === topicName);
    if (topic === undefined || source === undefined) {
      throw new Error(`no source stands over the topic ${topicName}`);
    }
    const records: StoredRecord[] = [];
    for (const partition of topic.partitions) {
      const { stableEndOffset, startOffset } = partition;
      for (let offset = startOffset; offset < stableEndOffset;) {
        const read = await partition.read({ offset, bytesMax: READ_BYTES, isolation: 'committed' });
        for (const batch of read.batches) {
          const cursor = new RecordCursor(batch);
          while (cursor.next()) {
            const { keyStart, keyEnd, valueStart, valueEnd, timestamp } = cursor;
            const key = keyStart < 0 ? null : batch.subarray(keyStart, keyEnd);
            const value = valueStart < 0 ? null : batch.subarray(valueStart, valueEnd);
            const headers = cursor.headers();
            const decoded = decodeRecord({ key, value, timestamp, headers }, source);
            records.push({
              key: formatJsonNode(decoded.key),
              value: formatJsonNode(decoded.value),
              window: decoded.window,
              timestamp,
            });
          }
        }
        offset = read.nextOffset;
      }
    }
    return records;
  }

  async close(): Promise<void> {
    await this.#server.close();
    await this.#database.close();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

const READ_BYTES = 1024 * 1024;
const hosted = new Map<number, Hosted>();
let opened = 0;

async function answer(call: HostCall): Promise<unknown> {
  if (call.method === 'open') {
    const each = await Hosted.open();
    hosted.set(++opened, each);
    return { server: opened, url: each.url };
  }
  const each = hosted.get(call.server);
  if (each === undefined) throw new Error(`there is no server ${call.server}`);
  switch (call.method) {
    case 'createTopic':
      return each.createTopic(call.name, call.partitionCount);
    case 'produce':
      return each.produce(call.records);
    case 'settled':
      return each.settled();
    case 'records':
      return each.records(call.topic);
    case 'close':
      hosted.delete(call.server);
      return each.close();
  }
}

function reply(message: HostReply): void {
  process.send?.(message);
}

process.on('message', (call: HostCall) => {
  const { id } = call;
  answer(call).then(
    (result) => reply({ id, result }),
    (error: unknown) =>
      reply({ id, error: error instanceof Error ? error.message : String(error) }),
  );
});
process.on('disconnect', () => process.exit());
