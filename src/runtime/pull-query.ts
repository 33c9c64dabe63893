import type { PullPlan, KeyLookup as PlannedLookup } from '../analyze/pull.ts';
import type { WindowBounds } from '../analyze/window-bounds.ts';
import type { AnalyzedQuery } from '../analyze/logical-plan.ts';
import { assert } from '../base/assert.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import type { Env } from '../base/env.ts';
import { DatabaseError } from '../base/errors.ts';
import { partitionForKey } from '../base/murmur2.ts';
import type { QueryBatch, QueryColumn, QueryResult } from '../engine.ts';
import type { Ambient } from '../expressions/ambient.ts';
import { compilePredicate, compileRow } from '../expressions/compile.ts';
import type { EvaluatePredicate, RowContext } from '../expressions/evaluation.ts';
import { findFormat } from '../formats/index.ts';
import type { SessionWindow } from '../operators/aggregate-step.ts';
import { Aggregation } from '../operators/aggregation.ts';
import { Change } from '../operators/change.ts';
import { matches } from '../operators/filter-stream.ts';
import { finalStateKey, keyOfFinal } from '../operators/final-key.ts';
import { createOperator, statesOf } from '../operators/index.ts';
import type { Operator } from '../operators/operator.ts';
import { sessionsIn } from '../operators/sessions.ts';
import { rowCodec } from '../operators/state-codec.ts';
import { type Materialization, materializationOf } from '../plan/materialization.ts';
import { columnsOf } from '../sql/schema.ts';
import type { Row, Value } from '../sql/types.ts';
import { StateReader, type StoredRow } from '../state/state-reader.ts';
import type { WindowLayout, WindowRange } from '../state/state-table.ts';
import type { Store, StoreSnapshot } from '../state/store.ts';
import { queryKey, statePrefix, type QueryProgress } from './meta.ts';
import type { PersistentQuery } from './persistent-query.ts';
import type { ProcessingLog } from './processing-log.ts';

const ROWS_MAX = 100_000;
const TIMEOUT_MS = 30_000;

export interface PullQueryOptions {
  readonly queryId: string;
  readonly query: AnalyzedQuery;
  readonly plan: PullPlan;
  /** The query that keeps the table. */
  readonly writer: PersistentQuery;
  readonly store: Store;
  readonly clock: Env['clock'];
  readonly ambient: Ambient;
  readonly processingLog: ProcessingLog;
  onClose(): void;
}

/**
 * A pull query on a table: reads one snapshot of the state store, which is the state of all queries at one tick. Keys
 * are looked up in the order of the WHERE clause; scans go partition by partition in key order.
 */
export class PullQuery implements QueryResult {
  readonly kind = 'pull';
  readonly closable = false;
  readonly finalMessage = null;
  readonly queryId: string;
  readonly columns: readonly QueryColumn[];
  readonly #options: PullQueryOptions;
  readonly #rows: AsyncIterator<Row[]>;
  readonly #table: MaterializedTable;
  #left: number;
  #read = 0;
  readonly #deadline: number;
  #closed = false;

  constructor(options: PullQueryOptions) {
    this.#options = options;
    this.queryId = options.queryId;
    const { root, output, limit } = options.query;
    const keys = new Set(root.input.schema.keys.map((column) => column.name));
    this.columns = output.map(({ name, type }) => {
      const isKey = keys.has(name) || name === 'WINDOWSTART' || name === 'WINDOWEND';
      return { name, type, isKey };
    });
    this.#left = limit ?? Infinity;
    this.#deadline = options.clock.monotonic() + TIMEOUT_MS;
    this.#table = new MaterializedTable(options);
    this.#rows = this.#results();
  }

  async next(): Promise<QueryBatch | null> {
    while (!this.#closed && this.#left > 0) {
      const { value, done } = await this.#rows.next();
      if (done === true) break;
      const rows = (value as Row[]).slice(0, this.#left);
      this.#left -= rows.length;
      if (rows.length > 0) return { kind: 'rows', rows, tombstones: null };
    }
    await this.close();
    return null;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#rows.return?.();
    await this.#table.close();
    this.#options.onClose();
  }

  async *#results(): AsyncGenerator<Row[]> {
    const project = this.#projection();
    const keep = this.#predicate();
    for await (const changes of this.#table.read(this.#options.plan)) {
      this.#read += changes.length;
      this.#checkBounds();
      const rows: Row[] = [];
      for (const change of changes) {
        if (change.after !== null && keep(change.after, change)) {
          rows.push(project(change.after, change));
        }
      }
      yield rows;
    }
  }

  #checkBounds(): void {
    const tooMany = this.#read > ROWS_MAX;
    if (!tooMany && this.#options.clock.monotonic() < this.#deadline) return;
    const what = tooMany ? `${ROWS_MAX} rows` : `${TIMEOUT_MS / 1000} seconds`;
    throw new DatabaseError(
      'QUERY_TOO_LARGE',
      `The pull query read for more than ${what}. Ask for keys in the WHERE clause, or use a push query.`,
    );
  }

  #projection(): (row: Row, context: RowContext) => Row {
    const { root, output } = this.#options.query;
    const expressions = [...root.keys, ...root.values].map(({ expression }) => expression);
    const shown = output.map(({ index }) => expressions[index]);
    assert(
      shown.every((expression) => expression !== undefined),
      'every output column has an expression',
    );
    return compileRow(
      shown,
      'pull',
      (index, error) => this.#report(`column ${output[index]?.name ?? index}: ${error.message}`),
      this.#options.ambient,
    );
  }

  #predicate(): EvaluatePredicate {
    const { predicate } = this.#options.plan;
    if (predicate === null) return () => true;
    const evaluate = compilePredicate(predicate, 'pull', this.#options.ambient);
    const errors = { report: (message: string) => this.#report(message) };
    return (row, context) => matches(evaluate, row, context, errors);
  }

  #report(message: string): void {
    this.#options.processingLog.report({ origin: this.queryId, message });
  }
}

/** The rows of a materialized table in one snapshot: its state, with the steps between state and sink applied. */
class MaterializedTable {
  readonly #options: PullQueryOptions;
  readonly #materialization: Materialization;
  readonly #snapshot: StoreSnapshot;
  readonly #window: WindowLayout | null;
  readonly #sessions: SessionWindow | null;
  readonly #readers: readonly StateReader<Row, Row>[];
  readonly #restore: (stored: StoredRow<Row, Row>) => readonly Change[];
  readonly #chain: readonly Operator[];
  #times: QueryProgress['times'] | null = null;

  constructor(options: PullQueryOptions) {
    const { writer, store, processingLog } = options;
    this.#options = options;
    const materialization = materializationOf(writer.plan);
    if (materialization === null) throw notMaterialized(options);
    this.#materialization = materialization;
    const { step, stateNumber, chain, partitionCount } = materialization;
    const [spec] = statesOf(step);
    assert(spec !== undefined, 'a materialized step keeps state');
    this.#window = spec.window;
    this.#sessions = sessionsOf(materialization);
    this.#readers = Array.from({ length: partitionCount }, (_, partition) => {
      const prefix = statePrefix({ queryNumber: writer.number, stateNumber, partition });
      return new StateReader({ prefix, codec: rowCodec(spec), window: spec.window });
    });
    this.#restore = rowOf(materialization);
    const errors = {
      report: (message: string) => processingLog.report({ origin: options.queryId, message }),
    };
    this.#chain = chain.map((filterOrSelect) =>
      createOperator(filterOrSelect, {
        errors,
        ambient: options.ambient,
        states: [],
        merge: false,
        now: () => options.clock.now(),
        onLate: () => {},
      }),
    );
    this.#snapshot = store.snapshot();
  }

  async *read(plan: PullPlan): AsyncGenerator<Change[]> {
    if (plan.kind === 'keyLookup') {
      for (const lookup of plan.lookups) yield* this.#lookup(lookup);
      return;
    }
    if (this.#sessions !== null) {
      throw new DatabaseError(
        'BAD_STATEMENT',
        'Table scan unsupported on session tables. Give every key column by = or IN in the WHERE clause.',
      );
    }
    for (const [partition, reader] of this.#readers.entries()) {
      const range = await this.#windowRange(partition, plan.bounds);
      for await (const rows of reader.scan(this.#snapshot, range)) {
        yield this.#through(this.#within(rows, range));
      }
    }
  }

  async *#lookup({ key, bounds }: PlannedLookup): AsyncGenerator<Change[]> {
    const stateKey = this.#stateKey(key);
    for (const partition of this.#partitionsOf(stateKey)) {
      const reader = this.#readers[partition] as StateReader<Row, Row>;
      const range = await this.#windowRange(partition, bounds);
      for await (const rows of reader.lookup(this.#snapshot, {
        key: this.#storedKey(stateKey),
        ...range,
      })) {
        yield this.#through(this.#within(rows, range)).filter(this.#isRetained(range));
      }
    }
  }

  /** Of sessions, the time bucket they are in may hold some that are not seen any more. */
  #isRetained({ windowStartMin }: WindowRange): (change: Change) => boolean {
    return this.#sessions === null ? () => true : ({ windowEnd }) => windowEnd >= windowStartMin;
  }

  /** The windows that are retained and within the bounds; of sessions, their ends. */
  async #windowRange(partition: number, bounds: WindowBounds): Promise<WindowRange> {
    if (this.#window === null) return { windowStartMin: 0, windowStartMax: 0 };
    const { sizeMs, retentionMs } = this.#window;
    const streamTime = await this.#streamTime(partition);
    const { startMin, startMax, endMin, endMax } = bounds;
    if (this.#sessions !== null) {
      return {
        windowStartMin: Math.max(
          0,
          streamTime - retentionMs + 1,
          startMin ?? -Infinity,
          endMin ?? -Infinity,
        ),
        windowStartMax: Math.min(streamTime, endMax ?? Infinity),
      };
    }
    return {
      windowStartMin: Math.max(
        0,
        streamTime - retentionMs + 1,
        startMin ?? -Infinity,
        (endMin ?? -Infinity) - sizeMs,
      ),
      windowStartMax: Math.min(streamTime, startMax ?? Infinity, (endMax ?? Infinity) - sizeMs),
    };
  }

  #within(
    rows: readonly StoredRow<Row, Row>[],
    { windowStartMin, windowStartMax }: WindowRange,
  ): readonly StoredRow<Row, Row>[] {
    if (this.#window === null || this.#sessions !== null) return rows;
    return rows.filter(
      ({ windowStart }) => windowStart >= windowStartMin && windowStart <= windowStartMax,
    );
  }

  /** As the state is kept under it. */
  #storedKey(key: Row): Row {
    const { step } = this.#materialization;
    return step.kind === 'Aggregate' && step.final !== undefined
      ? finalStateKey(step.schema.keys, step.final.keyFormat)(key)
      : key;
  }

  /** The key columns of the sink may stand in another order than those of the state. */
  #stateKey(key: Row): Row {
    const stateKey: Row = key.slice();
    let indexes = key.map((_, index) => index);
    for (const step of this.#materialization.chain) {
      if (step.kind === 'Select') indexes = step.keys.map((from) => indexes[from] as number);
    }
    indexes.forEach((stateIndex, sinkIndex) => {
      stateKey[stateIndex] = key[sinkIndex] as Value;
    });
    return stateKey;
  }

  /** Where the key may be: everywhere when its bytes name a schema, for that is the choice of who wrote them. */
  #partitionsOf(key: Row): Iterable<number> {
    const { schemas } = findFormat(this.#materialization.keyFormat.name);
    return schemas === null ? [this.#partitionOf(key)] : this.#readers.keys();
  }

  #partitionOf(key: Row): number {
    const { keyFormat, partitionCount, placedKeys, placedIndexes } = this.#materialization;
    const encode = findFormat(keyFormat.name).createEncoder({
      columns: placedKeys,
      spec: keyFormat,
    });
    const placed: Row = placedKeys.map(() => null);
    placedIndexes.forEach((index, column) => {
      placed[index] = key[column] as Value;
    });
    const writer = new ByteWriter();
    if (!encode(placed, 0, writer)) return 0;
    return partitionForKey(writer.buffer, partitionCount, 0, writer.length);
  }

  async #streamTime(partition: number): Promise<number> {
    if (this.#times === null) {
      const [bytes] = await this.#snapshot.getMany([queryKey(this.#options.writer.number)]);
      const progress: QueryProgress | null =
        bytes === undefined ? null : (JSON.parse(Buffer.from(bytes).toString()) as QueryProgress);
      this.#times = progress?.times ?? {};
    }
    return this.#times[`${this.#materialization.stateNumber}/${partition}`]?.[0] ?? -1;
  }

  #through(rows: readonly StoredRow<Row, Row>[]): Change[] {
    let changes = rows.flatMap((row) => this.#restore(row));
    for (const operator of this.#chain) {
      const out: Change[] = [];
      operator.process(changes, 0, out);
      changes = out;
    }
    return changes;
  }

  close(): Promise<void> {
    return this.#snapshot.close();
  }
}

/** What the step that keeps the state would put out for a stored row. */
function rowOf(
  materialization: Materialization,
): (stored: StoredRow<Row, Row>) => readonly Change[] {
  const { step } = materialization;
  const isFinal = step.kind === 'Aggregate' && step.final !== undefined;
  const keyOf = isFinal ? keyOfFinal : (key: Row) => key;
  if (sessionsOf(materialization) !== null && step.kind === 'Aggregate') {
    const aggregation = new Aggregation(step.aggregates);
    return ({ key: storedKey, value }) => {
      const key = keyOf(storedKey);
      return sessionsIn(value).map(([start, end, state]) => {
        const row = aggregation.resultRow(key, state);
        return new Change(key, null, row, end, 0, 0, start, end);
      });
    };
  }
  const restore = singleRowOf(materialization);
  return (stored) => [restore({ ...stored, key: keyOf(stored.key) })];
}

/** The sessions of a table that is kept by sessions; null for others. */
function sessionsOf({ step }: Materialization): SessionWindow | null {
  return step.kind === 'Aggregate' && step.window?.kind === 'SESSION' ? step.window : null;
}

function singleRowOf({ step }: Materialization): (stored: StoredRow<Row, Row>) => Change {
  if (step.kind === 'Materialize') {
    const timeSlot = columnsOf(step.schema).length;
    return ({ key, value }) =>
      new Change(key, null, value.slice(0, timeSlot), value[timeSlot] as number, 0, 0, 0, 0);
  }
  const aggregation = new Aggregation(step.aggregates);
  const sizeMs = step.window?.sizeMs ?? 0;
  return ({ key, value, windowStart }) =>
    new Change(
      key,
      null,
      aggregation.resultRow(key, value),
      aggregation.timeOf(value),
      0,
      0,
      windowStart,
      windowStart + sizeMs,
    );
}

function notMaterialized({ query }: PullQueryOptions): DatabaseError {
  const name = query.sources[0]?.name ?? 'the source';
  return new DatabaseError(
    'BAD_STATEMENT',
    `The ${name} table isn't queryable: its query keeps no state. Derive one that is: CREATE TABLE QUERYABLE_${name} AS SELECT * FROM ${name};`,
  );
}
