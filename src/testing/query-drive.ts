import type { Clock } from '../base/env.ts';
import { MemoryBudget } from '../base/memory-budget.ts';
import type { Topic } from '../log/log.ts';
import type { SchemaCache } from '../formats/schema-cache.ts';
import { rowCodec } from '../operators/state-codec.ts';
import {
  failsOnInvalidTime,
  type PhysicalPlan,
  type SinkStep,
  type SourceStep,
  type Step,
  sourceSteps,
} from '../plan/physical-plan.ts';
import { statePrefix } from '../runtime/meta.ts';
import type { ProcessingLog } from '../runtime/processing-log.ts';
import { producerOf } from '../runtime/producer.ts';
import { NoSink } from '../runtime/no-sink.ts';
import { type Sink, SinkWriter } from '../runtime/sink-writer.ts';
import { SourceReader } from '../runtime/source-reader.ts';
import type { WorkLimit } from '../runtime/task.ts';
import { Topology } from '../runtime/topology.ts';
import type { Row } from '../sql/types.ts';
import { MemoryStore } from '../state/memory-store.ts';
import { StateTable } from '../state/state-table.ts';
import { nodeEnv } from '../base/env-node.ts';
import { frozenClock } from './frozen-env.ts';
import { SequencePartition } from './held-log.ts';

const STATE_BYTES_MAX = 64 * 1024 * 1024;
/** Functions such as UNIX_TIMESTAMP() see the time it is; nothing else does. */
const FUNCTION_CLOCK: Clock = { ...frozenClock, now: () => nodeEnv().clock.now() };
const NO_LIMIT: WorkLimit = { recordsLeft: Infinity, deadline: Infinity, hasTaken: false };

export interface QueryDriveOptions {
  readonly queryId: string;
  readonly plan: PhysicalPlan;
  readonly processingLog: ProcessingLog;
  readonly schemas: SchemaCache;
  /** The topic of a name, as a topic of one partition. */
  topic(name: string): Topic;
}

/**
 * One persistent query driven by hand: a task for each of its sub-topologies, everything in one partition, state in
 * memory. It sees the records it is fed, one at a time, and nothing else.
 */
export class QueryDrive {
  /** Topics it reads, each once, in plan order. */
  readonly sourceTopics: readonly string[];
  readonly #options: QueryDriveOptions;
  readonly #feeds: ReadonlyMap<string, SequencePartition>;
  readonly #topology: Topology;
  readonly #sink: Sink;
  #attempt = 0;

  constructor(options: QueryDriveOptions) {
    const plan = inOnePartition(options.plan);
    this.#options = options;
    this.sourceTopics = [...new Set(sourceSteps(plan).map(({ source }) => source.topic))];
    this.#feeds = new Map(
      this.sourceTopics.map((name) => [
        name,
        new SequencePartition(options.topic(name), { held: false }),
      ]),
    );
    const sinkStep = plan.steps.find((step): step is SinkStep => step.kind === 'Sink');
    this.#sink =
      sinkStep === undefined
        ? new NoSink()
        : new SinkWriter({
            sink: sinkStep.sink,
            topic: options.topic(sinkStep.sink.topic),
            producer: producerOf(0, 0),
            onDrop: (message) => this.#report(message),
          });
    this.#topology = this.#createTopology(plan);
  }

  /**
   * Takes one record through all of the query.
   * @param batch a batch of one record; belongs to the query from now on.
   * @returns the batches it puts out, in order.
   */
  async feed(topic: string, batch: Buffer): Promise<Buffer[]> {
    this.#feeds.get(topic)?.append(batch);
    this.#topology.begin(++this.#attempt, frozenClock.now(), FUNCTION_CLOCK.now());
    this.#sink.begin();
    await this.#topology.process({ ...NO_LIMIT });
    const { processingLog } = this.#options;
    for (const record of this.#topology.takeUnreadable()) processingLog.reportUnreadable(record);
    for (const state of this.#topology.states) state.settle();
    this.#topology.expire();
    return this.#sink.take().flatMap(({ batches }) => batches);
  }

  close(): void {
    this.#topology.close();
  }

  #report(message: string): void {
    this.#options.processingLog.report({ origin: this.#options.queryId, message });
  }

  #createTopology(plan: PhysicalPlan): Topology {
    const store = new MemoryStore();
    const budget = new MemoryBudget(STATE_BYTES_MAX);
    return new Topology({
      plan,
      clock: FUNCTION_CLOCK,
      seed: this.#options.queryId,
      merge: false,
      errors: { report: (message) => this.#report(message) },
      onLate: () => {},
      output: this.#sink,
      reader: (step) => this.#reader(step),
      position: () => 0,
      times: () => undefined,
      state: ({ step, index, spec, partition }) =>
        new StateTable<Row, Row>({
          store,
          clock: frozenClock,
          prefix: statePrefix({ queryNumber: step.id, stateNumber: index, partition }),
          codec: rowCodec(spec),
          window: spec.window,
          budget,
          empty: true,
          windowStartMax: -1,
        }),
    });
  }

  #reader(step: SourceStep): SourceReader {
    const reader = new SourceReader({
      source: step.source,
      failsOnInvalidTime: failsOnInvalidTime(step),
      partition: this.#feeds.get(step.source.topic) as SequencePartition,
      schemas: this.#options.schemas,
      pending: () => undefined,
    });
    reader.need(step.needed);
    return reader;
  }
}

/** The same plan over topics of one partition. */
function inOnePartition(plan: PhysicalPlan): PhysicalPlan {
  const steps = plan.steps.map((step): Step => {
    switch (step.kind) {
      case 'Source':
        return { ...step, source: { ...step.source, partitionCount: 1 } };
      case 'Repartition':
        return { ...step, partitionCount: 1 };
      default:
        return step;
    }
  });
  return { ...plan, steps };
}
