import type { QueryBatch, QueryColumn, QueryResult } from '../engine.ts';
import type { Env } from '../base/env.ts';
import { DatabaseError } from '../base/errors.ts';
import type { SchemaCache } from '../formats/schema-cache.ts';
import type { Partition, Topic } from '../log/log.ts';
import type { PhysicalPlan, SourceStep } from '../plan/physical-plan.ts';
import { whyNotReplayable } from '../plan/replayable.ts';
import type { ClientMemory } from './client-memory.ts';
import { type Continuation, continuedOffset, formatContinuation } from './continuation.ts';
import type { ProcessingLog } from './processing-log.ts';
import type { PushMember } from './push-group.ts';
import { tokenAt } from './push-group.ts';
import { groupKey, type PushGroups, sharedSource } from './push-groups.ts';
import { resultOf, TransientReading } from './transient-reading.ts';

export interface TransientQueryOptions {
  readonly queryId: string;
  readonly plan: PhysicalPlan;
  readonly kind: 'push' | 'pull';
  readonly limit: number | null;
  /**
   * It follows what one persistent query writes: deletions and rows without a key are not shown, and it ends only with
   * its client.
   */
  readonly follows: boolean;
  /** Where streams are read from. Tables are always read from the beginning. */
  readonly offsetReset: 'earliest' | 'latest';
  /** Where an earlier one stood. */
  readonly resume: Continuation | null;
  readonly clock: Env['clock'];
  /** Random: its random numbers follow from it. */
  readonly seed: string;
  readonly processingLog: ProcessingLog;
  readonly schemas: SchemaCache;
  /** Where the state of queries of clients is counted. */
  readonly memory: ClientMemory;
  /** The latest time a record may have at this moment, ms since the epoch; default: there is no such bound. */
  readonly timeMax?: (() => number) | undefined;
  /** Those it may share its work with. */
  readonly groups: PushGroups;
  topic(name: string): Topic;
  onClose(): void;
}

/**
 * A query that runs for one client: over the log, at the client's pace, with its state in memory. A push query goes
 * on until it is closed or has delivered LIMIT rows; a pull over a stream reads up to where the log ended when it
 * began. Push queries that ask the same read together once they have come to the end of the log.
 */
export class TransientQuery implements QueryResult {
  readonly kind: 'push' | 'pull';
  readonly closable: boolean;
  readonly queryId: string;
  readonly columns: readonly QueryColumn[];
  readonly #options: TransientQueryOptions;
  readonly #shared: SharedWork | null;
  /** What it reads for itself; null before it does, and while it reads with others. */
  #reading: TransientReading | null = null;
  #member: PushMember | null = null;
  /** Makes the continuation behind the rows that were given out. */
  #continuation: () => string | null;
  #delivered: number;
  #finalMessage: string | null = null;
  #closed = false;
  #ended = false;
  /** Where it began to read, by source, in the order they are asked for. */
  readonly #starts: number[] = [];
  /** Why its state cannot be made again; null when it can, or there is none. */
  readonly #refusal: string | null;

  constructor(options: TransientQueryOptions) {
    this.#options = options;
    this.kind = options.kind;
    this.closable = !options.follows;
    this.queryId = options.queryId;
    this.#delivered = options.resume?.delivered ?? 0;
    this.#refusal = whyNotReplayable(options.plan);
    if (options.resume !== null && this.#refusal !== null) throw stateIsGone(this.#refusal);
    const { output } = resultOf(options.plan);
    this.columns = output.map(({ name, type }) => ({ name, type, isKey: false }));
    this.#shared = this.#sharedWork();
    if (this.#shared === null) {
      this.#reading = this.#alone((step, index) => this.#start(step, index));
      this.#continuation = this.#tokenOfReading(this.#reading);
    } else {
      this.#continuation = this.#tokenOf(this.#shared.position);
    }
    this.#checkResumable();
  }

  /** Where it begins, if it can read together with others. */
  #sharedWork(): SharedWork | null {
    const { plan, kind, follows, topic } = this.#options;
    const source = kind === 'push' ? sharedSource(plan) : null;
    if (source === null) return null;
    const { partitionCount } = source.source;
    const position = Array.from({ length: partitionCount }, (_, i) => this.#start(source, i));
    const { topic: topicName } = source.source;
    const found = topic(topicName);
    return { topic: found, key: groupKey(plan, { topic: found, follows }), position };
  }

  /** @throws DatabaseError CONFLICT when the token it was given is another query's. */
  #checkResumable(): void {
    const { resume } = this.#options;
    if (resume === null) return;
    const isStateless = this.#reading?.isStateless ?? true;
    const isIts =
      isStateless === (resume.starts === undefined) && resume.places.length === this.#starts.length;
    if (isIts) return;
    this.#reading?.close();
    throw new DatabaseError(
      'CONFLICT',
      'The continuation token was given for another query. Start without it.',
    );
  }

  get continuation(): string | null {
    return this.#continuation();
  }

  get finalMessage(): string | null {
    return this.#finalMessage;
  }

  async next(): Promise<QueryBatch | null> {
    for (;;) {
      if (this.#ended) return null;
      if (this.#closed) return this.#end('Query Completed');
      const { limit } = this.#options;
      if (limit !== null && this.#delivered >= limit) return this.#end('Limit Reached');
      try {
        const member = this.#joined();
        const batch = member === null ? await this.#nextAlone() : await this.#nextOf(member);
        if (batch !== null) return batch;
      } catch (error) {
        await this.close();
        throw error;
      }
    }
  }

  /** The group it reads with, or joins now; null while it reads alone. */
  #joined(): PushMember | null {
    const shared = this.#shared;
    if (shared === null || this.#member !== null) return this.#member;
    const reading = this.#reading;
    if (reading !== null) {
      if (reading.hasRows) return null;
      shared.position = reading.positions;
    }
    const { topic, key, position } = shared;
    let isGiven = false;
    const begin = (): TransientReading => {
      isGiven = true;
      return reading ?? this.#readingAt(position);
    };
    this.#member = this.#options.groups.join({ key, topic, position, begin });
    if (this.#member !== null) {
      this.#reading = null;
      if (!isGiven) reading?.close();
    }
    return this.#member;
  }

  /** Rows it was given together with others; null when it has to look again. */
  #nextOf(member: PushMember): QueryBatch | null | Promise<null> {
    const taken = member.take();
    if (taken === 'left behind') {
      this.#shared!.position = member.position;
      this.#leave();
      return null;
    }
    const { batch, shared } = taken;
    if (batch === null) return member.wait().then(() => null);
    const { limit } = this.#options;
    if (limit !== null) return this.#limited(batch, limit - this.#delivered, member);
    this.#continuation = shared === null ? this.#tokenOf(member.position) : () => shared.token;
    return batch;
  }

  #limited(batch: QueryBatch & { kind: 'rows' }, countMax: number, member: PushMember): QueryBatch {
    const rows = batch.rows.slice(0, countMax);
    this.#delivered += rows.length;
    this.#continuation = this.#tokenOf(member.position);
    return { kind: 'rows', rows, tombstones: batch.tombstones?.slice(0, countMax) ?? null };
  }

  /** Rows it has read by itself; null when it has to look again. */
  async #nextAlone(): Promise<QueryBatch | null> {
    this.#reading ??= this.#readingAt(this.#shared!.position);
    const reading = this.#reading;
    const { limit } = this.#options;
    const read = reading.take(limit === null ? Infinity : limit - this.#delivered);
    if (read !== null) {
      if (limit !== null) this.#delivered += read.rows.length;
      this.#continuation = this.#tokenOfReading(reading);
      return { kind: 'rows', rows: read.rows, tombstones: read.tombstones };
    }
    if (reading.hasWork) await reading.step();
    else if (this.kind === 'pull') return this.#end('Query Completed');
    else await reading.available();
    return null;
  }

  #end(message: string): null {
    this.#finalMessage = message;
    this.#ended = true;
    void this.close();
    return null;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#leave();
    this.#reading?.close();
    this.#options.onClose();
  }

  #leave(): void {
    this.#member?.leave();
    this.#member = null;
  }

  #readingAt(position: readonly number[]): TransientReading {
    return this.#alone((_step, index) => position[index]!);
  }

  #alone(position: (step: SourceStep, index: number) => number): TransientReading {
    const { queryId, plan, kind, follows, clock, seed, processingLog, schemas } = this.#options;
    const { memory, timeMax, resume } = this.#options;
    return new TransientReading({
      queryId,
      plan,
      follows,
      endsNow: kind === 'pull',
      hasPlaces: this.#shared !== null,
      clock,
      seed,
      processingLog,
      schemas,
      memory,
      timeMax: kind === 'push' ? timeMax : undefined,
      partition: (step, index) => this.#partition(step, index),
      position,
      ...(resume?.starts === undefined ? {} : { givenOut: resume.places.map(offsetOf) }),
    });
  }

  #partition(step: SourceStep, index: number): Partition {
    // Of that name there may be another topic by now.
    const topic = this.#shared?.topic ?? this.#options.topic(step.source.topic);
    const partition = topic.partitions[index];
    if (partition === undefined) {
      throw new RangeError(`topic ${step.source.topic} has no partition ${index}`);
    }
    return partition;
  }

  /** Where it begins to read a partition. */
  #start(step: SourceStep, index: number): number {
    const start = this.#startOf(step, index);
    this.#starts.push(start);
    return start;
  }

  #startOf(step: SourceStep, index: number): number {
    const partition = this.#partition(step, index);
    const { offsetReset, plan, resume } = this.#options;
    if (resume !== null) {
      const place = this.#starts.length;
      const offset = continuedOffset(resume, { index: place, partition });
      return resume.starts?.[place] ?? offset;
    }
    // A table that is looked up has to be known whole; one that is watched starts where the client asks.
    const lookedUp = step.source.kind === 'TABLE' && plan.result === 'stream';
    if (lookedUp || offsetReset === 'earliest') return partition.startOffset;
    return partition.stableEndOffset;
  }

  /** Rows are counted for LIMIT only: those that have none share their tokens. */
  #tokenOf(position: readonly number[]): () => string {
    const { id } = this.#shared!.topic;
    const delivered = this.#delivered;
    return () => tokenAt(id, position, delivered);
  }

  #tokenOfReading(reading: TransientReading): () => string | null {
    const { places } = reading;
    const delivered = this.#delivered;
    if (reading.isStateless) return () => formatContinuation({ places, delivered });
    if (this.#refusal !== null || reading.hasLeftOutByClock) return () => null;
    const starts = this.#starts;
    return () => formatContinuation({ places, delivered, starts });
  }
}

function stateIsGone(reason: string): DatabaseError {
  return new DatabaseError(
    'CONFLICT',
    `This query keeps state, which ended with its connection and cannot be made again exactly, because ${reason}. ` +
      'Start it without a continuation token, or keep its state with CREATE TABLE ... AS SELECT and select from that.',
  );
}

function offsetOf([, , offset]: Continuation['places'][number]): number {
  return offset;
}

/** What a query needs to read with others. */
interface SharedWork {
  readonly key: string;
  readonly topic: Topic;
  /** Where it stands unless it reads. */
  position: readonly number[];
}
