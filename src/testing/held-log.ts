import { nodeEnv } from '../base/env-node.ts';
import { DatabaseError } from '../base/errors.ts';
import { ConsumerGroups } from '../log/consumer-groups.ts';
import type {
  CreateTopicOptions,
  Log,
  Partition,
  ReadOptions,
  ReadResult,
  Topic,
} from '../log/log.ts';
import { baseOffset, lastOffset, recordCount, setBaseOffset } from '../log/record-batch.ts';
import { DEFAULT_TOPIC_SETTINGS, type TopicSettings } from '../log/topic-settings.ts';
import { checkTopicName } from '../log/topic-name.ts';

const PARTITION_COUNT_MAX = 256;

/**
 * A log in memory whose topics are one sequence of records each. A topic says it has the partitions it was asked for,
 * so that statements see the counts they would see elsewhere, but all of them are one and the same.
 *
 * Records of a *held* topic never become stable: whatever runs by itself sees no input, and the order in which records
 * are processed is left to whoever feeds them.
 */
export class HeldLog implements Log {
  readonly groups = new ConsumerGroups({ log: this, clock: nodeEnv().clock });
  readonly #topics = new Map<string, HeldTopic>();
  #nextId = 0;

  topics(): readonly Topic[] {
    return [...this.#topics.values()];
  }

  topic(name: string): HeldTopic | undefined {
    return this.#topics.get(name);
  }

  async createTopic(options: CreateTopicOptions): Promise<HeldTopic> {
    const { name, partitionCount } = options;
    checkTopicName(name, { allowInternal: true });
    if (!(partitionCount >= 1 && partitionCount <= PARTITION_COUNT_MAX)) {
      throw new DatabaseError(
        'BAD_STATEMENT',
        `Topic ${name} cannot have ${partitionCount} partitions.`,
      );
    }
    if (this.#topics.has(name)) {
      throw new DatabaseError('ALREADY_EXISTS', `Topic ${name} exists already.`);
    }
    const topic = new HeldTopic({ ...options, id: this.#nextId++ });
    this.#topics.set(name, topic);
    return topic;
  }

  async deleteTopic(topic: Topic): Promise<void> {
    if (this.#topics.get(topic.name)?.id === topic.id) this.#topics.delete(topic.name);
  }

  async release(): Promise<void> {}

  startMaintenance(): void {}

  async close(): Promise<void> {}
}

/** A topic of a {@link HeldLog}. */
export class HeldTopic implements Topic {
  readonly id: number;
  readonly name: string;
  readonly settings: TopicSettings;
  /** As many as were asked for; all the same. */
  readonly partitions: readonly Partition[];
  readonly #only: SequencePartition;

  constructor(options: CreateTopicOptions & { id: number }) {
    this.id = options.id;
    this.name = options.name;
    const { id: _id, name: _name, partitionCount: _count, ...settings } = options;
    this.settings = { ...DEFAULT_TOPIC_SETTINGS, ...settings };
    this.#only = new SequencePartition(this, { held: true });
    this.partitions = Array.from({ length: options.partitionCount }, () => this.#only);
  }

  /** The same topic with one partition, for a sink that must not spread its records. */
  get asOnePartition(): Topic {
    const { id, name, settings } = this;
    return { id, name, settings, partitions: [this.#only] };
  }

  /** All batches in order. */
  get batches(): readonly Buffer[] {
    return this.#only.batches;
  }

  append(batch: Buffer): void {
    this.#only.append(batch);
  }
}

/** Batches in memory, in the order they were appended. Transactions are taken as committed. */
export class SequencePartition implements Partition {
  readonly topic: Topic;
  readonly index = 0;
  readonly startOffset = 0;
  readonly batches: Buffer[] = [];
  readonly #held: boolean;
  #endOffset = 0;

  /** @param options.held whether records never become stable. */
  constructor(topic: Topic, options: { held: boolean }) {
    this.topic = topic;
    this.#held = options.held;
  }

  get endOffset(): number {
    return this.#endOffset;
  }

  get durableEndOffset(): number {
    return this.#endOffset;
  }

  get stableEndOffset(): number {
    return this.#held ? 0 : this.#endOffset;
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
      (batch) => lastOffset(batch) >= offset && baseOffset(batch) < endOffset,
    );
    const last = batches.at(-1);
    return { batches, nextOffset: last === undefined ? offset : lastOffset(last) + 1 };
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
