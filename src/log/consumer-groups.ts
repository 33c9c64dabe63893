import type { Env } from '../base/env.ts';
import type { GroupOffset, GroupOffsets, Log, Partition } from './log.ts';
import { RecordBatchWriter } from './record-batch.ts';
import { RecordCursor } from './record-cursor.ts';

/** Reserved; a compacted topic of one partition. Key: `[group, topic id, partition]`; value: `{offset, metadata, time}`. */
export const GROUP_TOPIC = '_millrace_group_offsets';

const READ_BYTES = 1 << 20;

interface Stored {
  readonly group: string;
  readonly topicId: number;
  readonly partition: number;
  readonly offset: number;
  readonly metadata: string | null;
  readonly timeMs: number;
}

/**
 * Where the members of consumer groups have come to, kept in a topic of the log itself and, whole, in memory. Topics
 * are remembered by id: a topic that is made again under the same name begins without offsets.
 */
export class ConsumerGroups implements GroupOffsets {
  readonly #log: Log;
  readonly #clock: Env['clock'];
  /** By group, then by `topic id/partition`. */
  readonly #groups = new Map<string, Map<string, Stored>>();

  constructor(options: { readonly log: Log; readonly clock: Env['clock'] }) {
    this.#log = options.log;
    this.#clock = options.clock;
  }

  /** Reads what was committed; once, before anything else. */
  async load(): Promise<void> {
    const partition = this.#log.topic(GROUP_TOPIC)?.partitions[0];
    if (partition === undefined) return;
    const cursor = new RecordCursor();
    for (let offset = partition.startOffset; offset < partition.stableEndOffset;) {
      const read = await partition.read({ offset, bytesMax: READ_BYTES, isolation: 'committed' });
      for (const batch of read.batches) {
        cursor.reset(batch);
        while (cursor.next()) this.#apply(cursor);
      }
      offset = read.nextOffset;
    }
  }

  #apply(cursor: RecordCursor): void {
    const { buffer, keyStart, keyEnd, valueStart, valueEnd } = cursor;
    const key = JSON.parse(buffer.toString('utf8', keyStart, keyEnd)) as [string, number, number];
    const [group, topicId, partition] = key;
    if (valueStart < 0) {
      this.#forget(group, `${topicId}/${partition}`);
      return;
    }
    const value = JSON.parse(buffer.toString('utf8', valueStart, valueEnd)) as Pick<
      Stored,
      'offset' | 'metadata' | 'timeMs'
    >;
    this.#keep({ group, topicId, partition, ...value });
  }

  #keep(stored: Stored): void {
    const place = `${stored.topicId}/${stored.partition}`;
    const offsets = this.#groups.get(stored.group);
    if (offsets === undefined) this.#groups.set(stored.group, new Map([[place, stored]]));
    else offsets.set(place, stored);
  }

  #forget(group: string, place: string): void {
    const offsets = this.#groups.get(group);
    offsets?.delete(place);
    if (offsets?.size === 0) this.#groups.delete(group);
  }

  list(): readonly string[] {
    return [...this.#groups.keys()].filter((group) => this.offsets(group).length > 0).sort();
  }

  offsets(group: string): readonly GroupOffset[] {
    const names = new Map(this.#log.topics().map(({ id, name }) => [id, name]));
    const offsets: GroupOffset[] = [];
    for (const { topicId, partition, offset, metadata, timeMs } of this.#stored(group)) {
      const topic = names.get(topicId);
      if (topic !== undefined) offsets.push({ topic, partition, offset, metadata, timeMs });
    }
    return offsets.sort((a, b) =>
      a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1,
    );
  }

  #stored(group: string): readonly Stored[] {
    return [...(this.#groups.get(group)?.values() ?? [])];
  }

  async commit(
    group: string,
    offsets: readonly Pick<GroupOffset, 'topic' | 'partition' | 'offset' | 'metadata'>[],
  ): Promise<void> {
    const timeMs = this.#clock.now();
    const stored = offsets.map(({ topic: name, partition, offset, metadata }): Stored => {
      const topic = this.#log.topic(name);
      if (topic?.partitions[partition] === undefined) {
        throw new RangeError(`topic ${name} has no partition ${partition}`);
      }
      return { group, topicId: topic.id, partition, offset, metadata, timeMs };
    });
    await this.#write(stored.map((entry) => ({ entry, isKept: true })));
    for (const entry of stored) this.#keep(entry);
  }

  async delete(group: string): Promise<boolean> {
    const stored = this.#stored(group);
    await this.#write(stored.map((entry) => ({ entry, isKept: false })));
    return this.#groups.delete(group);
  }

  async #write(changes: readonly { entry: Stored; isKept: boolean }[]): Promise<void> {
    if (changes.length === 0) return;
    const partition = await this.#partition();
    const writer = new RecordBatchWriter();
    writer.begin();
    for (const { entry, isKept } of changes) {
      const { group, topicId, partition: index, offset, metadata, timeMs } = entry;
      const key = Buffer.from(JSON.stringify([group, topicId, index]));
      const value = isKept ? Buffer.from(JSON.stringify({ offset, metadata, timeMs })) : null;
      writer.append(this.#clock.now(), key, value);
    }
    partition.append(writer.finish());
    await partition.sync();
  }

  async #partition(): Promise<Partition> {
    const topic =
      this.#log.topic(GROUP_TOPIC) ??
      (await this.#log.createTopic({
        name: GROUP_TOPIC,
        partitionCount: 1,
        cleanupPolicy: 'compact',
        durability: 'fsync',
      }));
    return topic.partitions[0]!;
  }
}
