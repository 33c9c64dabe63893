import { nodeEnv } from '../../src/base/env-node.ts';
import { DatabaseError } from '../../src/base/errors.ts';
import { ConsumerGroups } from '../../src/log/consumer-groups.ts';
import type {
  CreateTopicOptions,
  Log,
  Partition,
  ReadOptions,
  ReadResult,
  Topic,
} from '../../src/log/log.ts';
import {
  baseOffset,
  isControl,
  lastOffset,
  recordCount,
  setBaseOffset,
} from '../../src/log/record-batch.ts';
import { checkTopicName } from '../../src/log/topic-name.ts';
import { DEFAULT_TOPIC_SETTINGS, type TopicSettings } from '../../src/log/topic-settings.ts';

/** A log in memory. What is appended is durable and visible at once; transactions are taken as committed. */
export class MemoryLog implements Log {
  readonly groups = new ConsumerGroups({ log: this, clock: nodeEnv().clock });
  readonly #topics = new Map<string, MemoryTopic>();
  #nextId = 0;

  topics(): readonly Topic[] {
    return [...this.#topics.values()];
  }

  topic(name: string): MemoryTopic | undefined {
    return this.#topics.get(name);
  }

  async createTopic(options: CreateTopicOptions): Promise<MemoryTopic> {
    checkTopicName(options.name, { allowInternal: true });
    if (this.#topics.has(options.name)) {
      throw new DatabaseError('ALREADY_EXISTS', `Topic ${options.name} exists already.`);
    }
    const topic = new MemoryTopic({ ...options, id: this.#nextId++ });
    this.#topics.set(topic.name, topic);
    return topic;
  }

  async deleteTopic(topic: Topic): Promise<void> {
    if (this.#topics.get(topic.name)?.id === topic.id) this.#topics.delete(topic.name);
  }

  async release(): Promise<void> {}

  startMaintenance(): void {}

  async close(): Promise<void> {}
}

/** A topic of a {@link MemoryLog}. */
export class MemoryTopic implements Topic {
  readonly id: number;
  readonly name: string;
  readonly settings: TopicSettings;
  readonly partitions: readonly MemoryPartition[];

  constructor(options: CreateTopicOptions & { id: number }) {
    this.id = options.id;
    this.name = options.name;
    const { id: _id, name: _name, partitionCount: _count, ...settings } = options;
    this.settings = { ...DEFAULT_TOPIC_SETTINGS, ...settings };
    this.partitions = Array.from(
      { length: options.partitionCount },
      (_, index) => new MemoryPartition(this, index),
    );
  }
}

/** Batches in memory, in the order they were appended. */
export class MemoryPartition implements Partition {
  readonly topic: Topic;
  readonly index: number;
  readonly startOffset = 0;
  readonly batches: Buffer[] = [];
  #endOffset = 0;

  constructor(topic: Topic, index: number) {
    this.topic = topic;
    this.index = index;
  }

  get endOffset(): number {
    return this.#endOffset;
  }

  get durableEndOffset(): number {
    return this.#endOffset;
  }

  get stableEndOffset(): number {
    return this.#endOffset;
  }

  append(batch: Buffer): number {
    const offset = this.#endOffset;
    setBaseOffset(batch, offset);
    this.batches.push(batch);
    this.#endOffset += recordCount(batch);
    return offset;
  }

  produce(batch: Buffer): { offset: number; isDuplicate: boolean } {
    return { offset: this.append(batch), isDuplicate: false };
  }

  async write(): Promise<void> {}

  async sync(): Promise<void> {}

  read({ offset, endOffset = Infinity }: ReadOptions): ReadResult {
    const batches = this.batches.filter(
      (batch) => lastOffset(batch) >= offset && baseOffset(batch) < endOffset && !isControl(batch),
    );
    return { batches, nextOffset: Math.min(endOffset, this.#endOffset) };
  }

  async deleteRecords(): Promise<number> {
    return this.startOffset;
  }

  async offsetForTime(): Promise<number> {
    return this.#endOffset;
  }

  onAvailable(): () => void {
    return () => {};
  }
}
