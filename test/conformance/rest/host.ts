import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningServer, startServer } from '../../../server/app.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { type Database, openDatabase } from '../../../src/database.ts';
import { formatJsonNode } from '../../../src/formats/json-node.ts';
import { RecordCursor } from '../../../src/log/record-cursor.ts';
import { parseJson } from '../../../src/testing/json-case.ts';
import { registerSchemas } from '../../../src/testing/schemas-before.ts';
import type { EmbeddedRegistry } from '../../../src/schema-registry/embedded-registry.ts';
import { decodeRecord, encodeRecord } from '../../../src/testing/payloads.ts';
import type {
  HostCall,
  HostedRecord,
  HostReply,
  Preparation,
  StoredRecord,
} from './host-messages.ts';

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

  async prepare({ topics, definitions, statements, properties }: Preparation): Promise<void> {
    for (const [name, partitionCount] of topics) {
      await this.#database.log.createTopic({ name, partitionCount, cleanupPolicy: 'delete' });
    }
    await registerSchemas(
      { topics: definitions },
      { properties, statements, topics: topics.map(([name]) => name), registry: this.#registry },
    );
  }

  get #registry(): EmbeddedRegistry {
    const { registry } = this.#database;
    if (registry === undefined) throw new Error('the database keeps its schemas itself');
    return registry;
  }

  /**
   * Writes the records as producers would, in the formats of the sources over their topics. Queries wait meanwhile, so
   * that what they do first does not depend on which record was on disk first.
   */
  async produce(records: readonly HostedRecord[]): Promise<void> {
    const encoded = records.map(async (record) => {
      const { topic } = record;
      const source = this.#database.catalog.sources.find((each) => each.topic === topic);
      if (source === undefined) throw new Error(`no source stands over the topic ${topic}`);
      const nodes = { ...record, key: parseJson(record.key), value: parseJson(record.value) };
      return encodeRecord(nodes, source, this.#registry);
    });
    const payloads = await Promise.all(encoded);
    await this.#database.execute('PAUSE ALL;');
    const written = payloads.map(({ topic, key, value, timestamp, headers }) =>
      this.#database.produce(topic, [{ key, value, timestamp, headers }]),
    );
    await Promise.all(written);
    await this.#database.execute('RESUME ALL;');
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
            const record = { key, value, timestamp, headers };
            const decoded = await decodeRecord(record, source, this.#registry);
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
    case 'prepare':
      return each.prepare(call);
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
