/* What the endpoints under /v1/ carry: topics, records and consumer groups as an operator sees them. */

/** A topic with its partitions and its settings as text by name, such as `retention.ms`. */
export interface TopicDescription {
  readonly name: string;
  readonly partitions: readonly PartitionDescription[];
  readonly settings: Readonly<Record<string, string>>;
}

export interface PartitionDescription {
  readonly partition: number;
  /** Offset of the first record there may be. */
  readonly startOffset: number;
  /** One past the last record that can be seen. */
  readonly endOffset: number;
}

export interface NewTopic {
  readonly name: string;
  readonly partitions: number;
  readonly settings: Readonly<Record<string, string>>;
}

/** Bytes as text when they are UTF-8, else as base64 under the other name; null and absent are null. */
export interface TextOrBytes {
  readonly key?: string | null;
  readonly keyBase64?: string;
  readonly value?: string | null;
  readonly valueBase64?: string;
}

export interface ProducedRecord extends TextOrBytes {
  /** Default: by the key. */
  readonly partition?: number;
  /** Ms since the epoch; default: now. */
  readonly timestamp?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Where a record stands, and what that is worth (`fsync`: it is on disk). */
export interface ProduceAnswer {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly durability: string;
}

export interface ConsumedRecord extends TextOrBytes {
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly headers: Readonly<Record<string, string | null>>;
}

export interface ConsumeRequest {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly countMax: number;
  /** How long to wait for a record when there is none, ms. */
  readonly waitMs: number;
}

export interface ConsumeAnswer {
  readonly records: readonly ConsumedRecord[];
  /** Where to read on. */
  readonly nextOffset: number;
}

/** A point in every partition: its beginning, its end, or the first record of a time in ms since the epoch. */
export type Position = 'earliest' | 'latest' | number;

export interface PartitionOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export interface GroupDescription {
  readonly group: string;
  readonly offsets: readonly GroupPosition[];
}

export interface GroupPosition extends PartitionOffset {
  /** One past the last record that can be seen. */
  readonly endOffset: number;
  /** Records the group has still to read. */
  readonly lag: number;
  /** When the offset was committed, ms since the epoch. */
  readonly timeMs: number;
}

export interface BackupAnswer {
  readonly directory: string;
  /** The last tick that is in it. */
  readonly tick: number;
  readonly bytes: number;
}

/** What an operator can do with the topics of a database. All throw DatabaseErrors: NOT_FOUND for what is not there. */
export interface TopicService {
  list(): readonly TopicDescription[];
  describe(name: string): TopicDescription;
  create(topic: NewTopic): Promise<TopicDescription>;
  /** @throws DatabaseError IN_USE while a stream or table is declared over it. */
  delete(name: string): Promise<void>;
  produce(
    topic: string,
    records: readonly ProducedRecord[],
    options: { readonly idempotencyKey: string | null },
  ): Promise<readonly ProduceAnswer[]>;
  consume(request: ConsumeRequest): Promise<ConsumeAnswer>;
  /** @throws DatabaseError IN_USE when a query has still to read records below the offset. */
  deleteRecords(place: PartitionOffset): Promise<PartitionOffset>;
  /** The offset of a position in each partition of a topic. */
  offsets(topic: string, at: Position): Promise<readonly PartitionOffset[]>;
  groups(): readonly string[];
  describeGroup(group: string): GroupDescription;
  /** Sets the offsets of a group; a consumer that commits later overwrites them. */
  commitGroup(group: string, offsets: readonly PartitionOffset[]): Promise<GroupDescription>;
  deleteGroup(group: string): Promise<void>;
}
