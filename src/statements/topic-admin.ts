import { isUtf8 } from 'node:buffer';
import { isReserved } from '../analyze/topic-name.ts';
import type {
  ConsumeAnswer,
  ConsumedRecord,
  ConsumeRequest,
  GroupDescription,
  NewTopic,
  PartitionOffset,
  Position,
  ProduceAnswer,
  ProducedRecord,
  TextOrBytes,
  TopicDescription,
  TopicService,
} from '../api/topics.ts';
import type { Env } from '../base/env.ts';
import { DatabaseError } from '../base/errors.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Log, Partition, Topic } from '../log/log.ts';
import { RecordCursor } from '../log/record-cursor.ts';
import { checkTopicName } from '../log/topic-name.ts';
import { formatTopicSettings, parseTopicSettings } from '../log/topic-settings.ts';
import type { Ingest, NewRecord } from '../runtime/ingest.ts';
import type { QueryRunner } from '../runtime/query-runner.ts';

const READ_BYTES = 1 << 20;
const GROUP_NAME_LENGTH_MAX = 249;

export interface TopicAdminOptions {
  readonly clock: Env['clock'];
  readonly log: Log;
  readonly ingest: Ingest;
  readonly runner: QueryRunner;
  readonly catalog: () => Catalog;
}

/** Topics and consumer groups beside SQL, for tools. What the database keeps for itself is not there. */
export class TopicAdmin implements TopicService {
  readonly #options: TopicAdminOptions;

  constructor(options: TopicAdminOptions) {
    this.#options = options;
  }

  list(): readonly TopicDescription[] {
    const topics = this.#options.log.topics().filter(({ name }) => !isReserved(name));
    return topics.map(descriptionOf);
  }

  describe(name: string): TopicDescription {
    return descriptionOf(this.#topic(name));
  }

  async create({ name, partitions, settings }: NewTopic): Promise<TopicDescription> {
    checkTopicName(name, { allowInternal: true });
    if (isReserved(name)) {
      throw new DatabaseError('FORBIDDEN', `Topic name ${name} is reserved for the database.`);
    }
    const topic = await this.#options.log.createTopic({
      name,
      partitionCount: partitions,
      cleanupPolicy: 'delete',
      ...parseTopicSettings(settings),
    });
    return descriptionOf(topic);
  }

  async delete(name: string): Promise<void> {
    const topic = this.#topic(name);
    const user = this.#options.catalog().sources.find((source) => source.topic === name);
    if (user !== undefined) {
      throw new DatabaseError(
        'IN_USE',
        `Topic ${name} is used by the ${user.kind.toLowerCase()} ${user.name}. DROP ${user.kind} ${user.name} DELETE TOPIC removes both.`,
      );
    }
    await this.#options.log.deleteTopic(topic);
  }

  produce(
    name: string,
    records: readonly ProducedRecord[],
    { idempotencyKey }: { readonly idempotencyKey: string | null },
  ): Promise<readonly ProduceAnswer[]> {
    const topic = this.#topic(name);
    return this.#options.ingest.appendAll(topic, records.map(newRecord), { idempotencyKey });
  }

  async consume(request: ConsumeRequest): Promise<ConsumeAnswer> {
    const partition = this.#partition(request);
    if (request.offset > partition.stableEndOffset) {
      throw new DatabaseError(
        'BAD_REQUEST',
        `Topic ${request.topic} partition ${partition.index} ends at offset ${partition.stableEndOffset}; ${request.offset} is beyond.`,
      );
    }
    if (request.offset === partition.stableEndOffset && request.waitMs > 0) {
      await this.#waitFor(partition, request);
    }
    return readRecords(partition, request);
  }

  #waitFor(partition: Partition, { offset, waitMs }: ConsumeRequest): Promise<void> {
    return new Promise((resolve) => {
      const cancelTimer = this.#options.clock.after(waitMs, () => {
        cancelWait();
        resolve();
      });
      const cancelWait = partition.onAvailable({ offset, isolation: 'committed' }, () => {
        cancelTimer();
        resolve();
      });
    });
  }

  async deleteRecords(place: PartitionOffset): Promise<PartitionOffset> {
    const partition = this.#partition(place);
    const needed = this.#options.runner.neededFrom(partition);
    if (place.offset > needed && needed < partition.endOffset) {
      throw new DatabaseError(
        'IN_USE',
        `A query has read topic ${place.topic} partition ${partition.index} up to offset ${needed} only; records from there on cannot be deleted.`,
      );
    }
    return { ...place, offset: await partition.deleteRecords(place.offset) };
  }

  async offsets(name: string, at: Position): Promise<readonly PartitionOffset[]> {
    const topic = this.#topic(name);
    return Promise.all(
      topic.partitions.map(async (partition) => {
        return { topic: name, partition: partition.index, offset: await offsetAt(partition, at) };
      }),
    );
  }

  groups(): readonly string[] {
    return this.#options.log.groups.list();
  }

  describeGroup(group: string): GroupDescription {
    const offsets = this.#options.log.groups.offsets(group);
    if (offsets.length === 0) throw noGroup(group);
    return {
      group,
      offsets: offsets.map(({ topic, partition, offset, timeMs }) => {
        const { stableEndOffset: endOffset } = this.#partition({ topic, partition });
        const lag = Math.max(0, endOffset - offset);
        return { topic, partition, offset, endOffset, lag, timeMs };
      }),
    };
  }

  async commitGroup(group: string, offsets: readonly PartitionOffset[]): Promise<GroupDescription> {
    if (group === '' || group.length > GROUP_NAME_LENGTH_MAX) {
      throw new DatabaseError(
        'BAD_REQUEST',
        `The name of a group has 1 to ${GROUP_NAME_LENGTH_MAX} characters; found ${group.length}.`,
      );
    }
    for (const place of offsets) {
      const { endOffset } = this.#partition(place);
      if (place.offset <= endOffset) continue;
      throw new DatabaseError(
        'BAD_REQUEST',
        `Topic ${place.topic} partition ${place.partition} ends at offset ${endOffset}; ${place.offset} is beyond.`,
      );
    }
    const { groups } = this.#options.log;
    await groups.commit(
      group,
      offsets.map((place) => ({ ...place, metadata: null })),
    );
    return this.describeGroup(group);
  }

  async deleteGroup(group: string): Promise<void> {
    if (!(await this.#options.log.groups.delete(group))) throw noGroup(group);
  }

  #topic(name: string): Topic {
    const topic = isReserved(name) ? undefined : this.#options.log.topic(name);
    if (topic !== undefined) return topic;
    throw new DatabaseError('NOT_FOUND', `Topic ${name} does not exist. Names are case-sensitive.`);
  }

  #partition({ topic: name, partition: index }: Omit<PartitionOffset, 'offset'>): Partition {
    const topic = this.#topic(name);
    const partition = topic.partitions[index];
    if (partition !== undefined) return partition;
    throw new DatabaseError(
      'NOT_FOUND',
      `Topic ${name} has no partition ${index}; it has ${topic.partitions.length}, numbered from 0.`,
    );
  }
}

function noGroup(group: string): DatabaseError {
  return new DatabaseError('NOT_FOUND', `Group ${group} has committed no offsets.`);
}

function descriptionOf({ name, partitions, settings }: Topic): TopicDescription {
  return {
    name,
    partitions: partitions.map(({ index, startOffset, stableEndOffset }) => {
      return { partition: index, startOffset, endOffset: stableEndOffset };
    }),
    settings: formatTopicSettings(settings),
  };
}

async function offsetAt(partition: Partition, at: Position): Promise<number> {
  if (at === 'earliest') return partition.startOffset;
  if (at === 'latest') return partition.stableEndOffset;
  return Math.min(await partition.offsetForTime(at), partition.stableEndOffset);
}

function newRecord(record: ProducedRecord): NewRecord {
  const { partition, timestamp, headers } = record;
  return {
    key: bytesOf(record.key, record.keyBase64),
    value: bytesOf(record.value, record.valueBase64),
    ...(partition === undefined ? {} : { partition }),
    ...(timestamp === undefined ? {} : { timestamp }),
    ...(headers === undefined
      ? {}
      : {
          headers: Object.entries(headers).map(([key, value]) => {
            return { key, value: Buffer.from(value) };
          }),
        }),
  };
}

function bytesOf(text: string | null | undefined, base64: string | undefined): Buffer | null {
  if (base64 !== undefined) return Buffer.from(base64, 'base64');
  return text === null || text === undefined ? null : Buffer.from(text);
}

async function readRecords(
  partition: Partition,
  { offset, countMax }: ConsumeRequest,
): Promise<ConsumeAnswer> {
  const records: ConsumedRecord[] = [];
  const read = await partition.read({ offset, bytesMax: READ_BYTES, isolation: 'committed' });
  const cursor = new RecordCursor();
  for (const batch of read.batches) {
    cursor.reset(batch);
    cursor.skipTo(offset);
    while (cursor.next()) {
      if (records.length >= countMax) return { records, nextOffset: cursor.offset };
      records.push(recordAt(cursor, partition.index));
    }
  }
  return { records, nextOffset: read.nextOffset };
}

function recordAt(cursor: RecordCursor, partition: number): ConsumedRecord {
  const { buffer, offset, timestamp, keyStart, keyEnd, valueStart, valueEnd } = cursor;
  const headers = Object.create(null) as Record<string, string | null>;
  for (const { key, value } of cursor.headers()) {
    headers[key] = value === null ? null : Buffer.from(value).toString();
  }
  const key = keyStart < 0 ? null : buffer.subarray(keyStart, keyEnd);
  const value = valueStart < 0 ? null : buffer.subarray(valueStart, valueEnd);
  return { partition, offset, timestamp, headers, ...keyText(key), ...valueText(value) };
}

function keyText(bytes: Buffer | null): TextOrBytes {
  if (bytes === null) return { key: null };
  return isUtf8(bytes) ? { key: bytes.toString() } : { keyBase64: bytes.toString('base64') };
}

function valueText(bytes: Buffer | null): TextOrBytes {
  if (bytes === null) return { value: null };
  return isUtf8(bytes) ? { value: bytes.toString() } : { valueBase64: bytes.toString('base64') };
}
