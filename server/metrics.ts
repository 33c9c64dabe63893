import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { Clock } from '../src/base/env.ts';
import { nodeEnv } from '../src/base/env-node.ts';
import { DURATION_BOUNDS_MS, type DurationFigures } from '../src/base/durations.ts';
import type { Engine, EngineFigures, QueryFigures } from '../src/engine.ts';
import type { QueryRegistry } from './query-registry.ts';
import { RecordRates } from './record-rates.ts';
import { type AnsweredRequest, RequestFigures } from './request-figures.ts';

const STATES = ['RUNNING', 'PAUSED', 'ERROR'] as const;

interface QueryMetric {
  readonly name: string;
  readonly help: string;
  readonly kind: 'counter' | 'gauge';
  readonly value: (query: QueryFigures) => number;
}

/** What is told of each persistent query, with its id as the label `query`. */
const QUERY_METRICS: readonly QueryMetric[] = [
  {
    name: 'millrace_query_records_in_total',
    help: 'Records of its sources that a persistent query has processed and committed.',
    kind: 'counter',
    value: (query) => query.recordsIn,
  },
  {
    name: 'millrace_query_records_out_total',
    help: 'Records a persistent query has written to its topic.',
    kind: 'counter',
    value: (query) => query.recordsOut,
  },
  {
    name: 'millrace_query_late_records_total',
    help: 'Rows that came after their window had been closed.',
    kind: 'counter',
    value: (query) => query.lateRecords,
  },
  {
    name: 'millrace_query_errors_total',
    help: 'Records that could not be read and rows that could not be computed.',
    kind: 'counter',
    value: (query) => query.errors,
  },
  {
    name: 'millrace_query_ticks_total',
    help: 'Ticks in which a persistent query had something to do.',
    kind: 'counter',
    value: (query) => query.ticks,
  },
  {
    name: 'millrace_query_process_milliseconds_total',
    help: 'How long a persistent query has processed, in all ticks.',
    kind: 'counter',
    value: (query) => query.processMs,
  },
  {
    name: 'millrace_query_lag_records',
    help: 'Records of its sources that a persistent query has not yet processed and committed.',
    kind: 'gauge',
    value: (query) => query.lag,
  },
  {
    name: 'millrace_query_state_bytes',
    help: 'What the state of a persistent query takes in memory, about.',
    kind: 'gauge',
    value: (query) => query.stateBytes,
  },
];

const RATE_METRICS = [
  {
    name: 'millrace_query_records_in_per_second',
    help: 'Records of its sources that a persistent query has processed, a second, in the last 10 seconds.',
    value: 'recordsIn',
  },
  {
    name: 'millrace_query_records_out_per_second',
    help: 'Records a persistent query has written to its topic, a second, in the last 10 seconds.',
    value: 'recordsOut',
  },
] as const;

/** What the metrics are read from when someone asks. */
export interface MetricSources {
  readonly engine: Engine;
  readonly queries: QueryRegistry;
  /** Default: that of the machine. */
  readonly clock?: Clock;
}

/** The figures of one server and its engine, for Prometheus. */
export class ServerMetrics {
  readonly #registry = new Registry();
  readonly #requests = new RequestFigures();
  readonly #rates: RecordRates;

  constructor(sources: MetricSources) {
    const { engine, clock = nodeEnv().clock } = sources;
    collectDefaultMetrics({ register: this.#registry });
    this.#addGauges(sources);
    for (const metric of QUERY_METRICS) this.#addQueryMetric(metric, engine);
    this.#rates = new RecordRates(clock, () => engine.figures.queries);
    for (const metric of RATE_METRICS) this.#addRate(metric);
  }

  /** Begins to measure rates, which takes a timer; `stop` ends that. */
  start(): void {
    this.#rates.start();
  }

  stop(): void {
    this.#rates.stop();
  }

  /** Notes an answer. */
  answered(request: AnsweredRequest): void {
    this.#requests.answered(request);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All metrics, in the text format of Prometheus. */
  async text(): Promise<string> {
    return `${await this.#registry.metrics()}\n${this.#requests.text()}`;
  }

  #addGauges({ engine, queries }: MetricSources): void {
    const registry = this.#registry;
    const figure = (name: string, help: string, read: (figures: EngineFigures) => number): void => {
      gauge(registry, { name, help, labels: [] }, (set) => set({}, read(engine.figures)));
    };
    gauge(
      registry,
      { name: 'millrace_ready', help: '1 while statements are taken.', labels: [] },
      (set) => set({}, engine.status === 'ready' ? 1 : 0),
    );
    gauge(
      registry,
      {
        name: 'millrace_client_queries',
        help: 'Queries of clients that run now.',
        labels: ['kind'],
      },
      (set) => {
        set({ kind: 'push' }, queries.pushCount);
        set({ kind: 'pull' }, queries.pullCount);
      },
    );
    gauge(
      registry,
      { name: 'millrace_queries', help: 'Persistent queries, by state.', labels: ['state'] },
      (set) => {
        for (const state of STATES) {
          const alike = engine.figures.queries.filter((query) => query.state === state);
          set({ state }, alike.length);
        }
      },
    );
    figure('millrace_state_bytes', 'Memory that state takes, about.', (all) => all.stateBytes);
    figure('millrace_state_bytes_max', 'Memory that state may take.', (all) => all.stateBytesMax);
    figure('millrace_disk_full', '1 while nothing is written for want of room.', (all) =>
      all.diskIsFull ? 1 : 0,
    );
    const labels = ['topic', 'partition'];
    const end = {
      name: 'millrace_partition_end_offset',
      help: 'The offset of the next record.',
      labels,
    };
    const start = {
      name: 'millrace_partition_start_offset',
      help: 'The offset of the first record.',
      labels,
    };
    gauge(registry, end, (set) => {
      for (const { topic, partition, endOffset } of engine.figures.partitions) {
        set({ topic, partition: String(partition) }, endOffset);
      }
    });
    gauge(registry, start, (set) => {
      for (const { topic, partition, startOffset } of engine.figures.partitions) {
        set({ topic, partition: String(partition) }, startOffset);
      }
    });
    gauge(
      registry,
      {
        name: 'millrace_tick_bucket',
        help: 'Ticks whose phase took at most so many milliseconds.',
        labels: ['phase', 'le'],
      },
      (set) => {
        const { process, commit } = engine.figures.ticks;
        setBuckets('process', process, set);
        setBuckets('commit', commit, set);
      },
    );
    gauge(
      registry,
      {
        name: 'millrace_tick_milliseconds_total',
        help: 'Time spent in a phase of ticks.',
        labels: ['phase'],
      },
      (set) => {
        set({ phase: 'process' }, engine.figures.ticks.process.sumMs);
        set({ phase: 'commit' }, engine.figures.ticks.commit.sumMs);
      },
    );
  }

  #addRate({ name, help, value }: (typeof RATE_METRICS)[number]): void {
    gauge(this.#registry, { name, help, labels: ['query'] }, (set) => {
      for (const [query, rates] of this.#rates.rates()) set({ query }, rates[value]);
    });
  }

  #addQueryMetric({ name, help, kind, value }: QueryMetric, engine: Engine): void {
    const registers = [this.#registry];
    const labelNames = ['query'];
    if (kind === 'gauge') {
      gauge(this.#registry, { name, help, labels: labelNames }, (set) => {
        for (const query of engine.figures.queries) set({ query: query.queryId }, value(query));
      });
      return;
    }
    const counter: Counter = new Counter({
      name,
      help,
      labelNames,
      registers,
      collect() {
        counter.reset();
        for (const query of engine.figures.queries)
          counter.inc({ query: query.queryId }, value(query));
      },
    });
  }
}

type Labels = Readonly<Record<string, string>>;
type Set = (labels: Labels, value: number) => void;

/** A gauge that is read when someone asks. */
function gauge(
  registry: Registry,
  {
    name,
    help,
    labels,
  }: { readonly name: string; readonly help: string; readonly labels: string[] },
  read: (set: Set) => void,
): void {
  const metric: Gauge = new Gauge({
    name,
    help,
    labelNames: labels,
    registers: [registry],
    collect() {
      metric.reset();
      read((values, value) => metric.set(values, value));
    },
  });
}

function setBuckets(phase: string, { counts }: DurationFigures, set: Set): void {
  let total = 0;
  counts.forEach((count, index) => {
    total += count;
    set({ phase, le: String(DURATION_BOUNDS_MS[index] ?? '+Inf') }, total);
  });
}
