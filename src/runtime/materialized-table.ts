import type { KeyLookup, PullPlan } from '../analyze/pull.ts';
import type { WindowBounds } from '../analyze/window-bounds.ts';
import { assert } from '../base/assert.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { DatabaseError } from '../base/errors.ts';
import { partitionForKey } from '../base/murmur2.ts';
import type { Ambient } from '../expressions/ambient.ts';
import type { ErrorSink } from '../expressions/evaluation.ts';
import type { Encoder } from '../formats/format.ts';
import { findFormat } from '../formats/index.ts';
import type { SessionWindow } from '../operators/aggregate-step.ts';
import { Aggregation } from '../operators/aggregation.ts';
import { Change } from '../operators/change.ts';
import { finalStateKey, keyOfFinal } from '../operators/final-key.ts';
import { createOperator, statesOf } from '../operators/index.ts';
import { keptRow } from '../operators/materialize.ts';
import type { Operator } from '../operators/operator.ts';
import { sessionsIn } from '../operators/sessions.ts';
import { rowCodec } from '../operators/state-codec.ts';
import { type Materialization, materializationOf } from '../plan/materialization.ts';
import type { Row, Value } from '../sql/types.ts';
import { StateReader, type StoredRow, type WindowRange } from '../state/state-reader.ts';
import type { WindowLayout } from '../state/state-table.ts';
import type { Store, StoreSnapshot } from '../state/store.ts';
import { CommittedState } from './committed-state.ts';
import { queryKey, statePrefix, type QueryProgress } from './meta.ts';
import type { PersistentQuery } from './persistent-query.ts';

export interface MaterializedTableOptions {
  /** The query that keeps the table. */
  readonly writer: PersistentQuery;
  readonly errors: ErrorSink;
  readonly ambient: Ambient;
}

/**
 * The rows of a materialized table: the state of the step that keeps it, with the steps between state and sink applied
 * to what is read. Lives as long as its query runs as planned; any number of pull queries read it.
 */
export class MaterializedTable {
  readonly #materialization: Materialization;
  readonly #queryNumber: number;
  readonly #window: WindowLayout | null;
  readonly #sessions: SessionWindow | null;
  readonly #readers: readonly StateReader<Row, Row>[];
  /** By partition; null where rows are always read from the store. */
  readonly #inMemory: readonly (CommittedState | null)[];
  readonly #restore: (stored: StoredRow<Row, Row>) => readonly Change[];
  readonly #chain: readonly Operator[];
  readonly #encodeKey: Encoder;
  /** A key may be in any partition: its bytes name a schema, which is the choice of who wrote them. */
  readonly #isAnywhere: boolean;
  /** For each key column of the sink its place in the key of the state. */
  readonly #keyIndexes: readonly number[];
  readonly #keyWriter = new ByteWriter();

  /** Null when the query keeps no state that its table could be read from. */
  static of(options: MaterializedTableOptions): MaterializedTable | null {
    const materialization = materializationOf(options.writer.plan);
    return materialization === null ? null : new MaterializedTable(materialization, options);
  }

  private constructor(
    materialization: Materialization,
    { writer, errors, ambient }: MaterializedTableOptions,
  ) {
    this.#materialization = materialization;
    this.#queryNumber = writer.number;
    const { step, stateNumber, chain, partitionCount, keyFormat, placedKeys } = materialization;
    const [spec] = statesOf(step);
    assert(spec !== undefined, 'a materialized step keeps state');
    this.#window = spec.window;
    this.#sessions = sessionsOf(materialization);
    const prefixes = Array.from({ length: partitionCount }, (_, partition) =>
      statePrefix({ queryNumber: writer.number, stateNumber, partition }),
    );
    this.#readers = prefixes.map(
      (prefix) => new StateReader({ prefix, codec: rowCodec(spec), window: spec.window }),
    );
    this.#inMemory = prefixes.map((prefix) => CommittedState.of(writer, { prefix, spec }));
    this.#restore = rowOf(materialization);
    this.#chain = chain.map((filterOrSelect) =>
      createOperator(filterOrSelect, {
        errors,
        ambient,
        states: [],
        merge: false,
        now: () => ambient.now,
        onLate: () => {},
      }),
    );
    const format = findFormat(keyFormat.name);
    this.#encodeKey = format.createEncoder({ columns: placedKeys, spec: keyFormat });
    this.#isAnywhere = format.schemas !== null;
    this.#keyIndexes = keyIndexes(materialization);
  }

  get isWindowed(): boolean {
    return this.#window !== null;
  }

  /**
   * The row of one key of a table without windows, at once, as the store has it at this moment; none for a key that is
   * not there. From memory where that is known to hold the same.
   */
  get(key: Row, store: Store): readonly Change[] {
    const stateKey = this.#stateKey(key);
    const found: StoredRow<Row, Row>[] = [];
    for (const partition of this.#partitionsOf(stateKey)) {
      const value = this.#inMemory[partition]?.get(stateKey);
      const stored =
        value === undefined
          ? this.#stored(stateKey, { partition, store })
          : value && { key: stateKey, windowStart: 0, value };
      if (stored !== null) found.push(stored);
    }
    return this.#through(found);
  }

  #getStored(key: Row, store: Pick<Store, 'get'>): readonly Change[] {
    const stateKey = this.#stateKey(key);
    const partitions = [...this.#partitionsOf(stateKey)];
    const rows = partitions.map((partition) => this.#stored(stateKey, { partition, store }));
    return this.#through(rows.filter((row) => row !== null));
  }

  #stored(
    stateKey: Row,
    { partition, store }: { readonly partition: number; readonly store: Pick<Store, 'get'> },
  ): StoredRow<Row, Row> | null {
    return this.#readers[partition]?.get(store, stateKey) ?? null;
  }

  /** The rows a plan asks for, in batches: lookups in their order, scans partition by partition in key order. */
  async *read(plan: PullPlan, snapshot: StoreSnapshot): AsyncGenerator<readonly Change[]> {
    const times = this.#window === null ? {} : await this.#times(snapshot);
    if (plan.kind === 'keyLookup') {
      for (const lookup of plan.lookups) yield* this.#lookup(lookup, snapshot, times);
      return;
    }
    if (this.#sessions !== null) {
      throw new DatabaseError(
        'BAD_STATEMENT',
        'Table scan unsupported on session tables. Give every key column by = or IN in the WHERE clause.',
      );
    }
    for (const [partition, reader] of this.#readers.entries()) {
      const range = this.#windowRange(times, partition, plan.bounds);
      for await (const rows of reader.scan(snapshot, range)) {
        yield this.#through(this.#within(rows, range));
      }
    }
  }

  async *#lookup(
    { key, bounds }: KeyLookup,
    snapshot: StoreSnapshot,
    times: QueryProgress['times'],
  ): AsyncGenerator<readonly Change[]> {
    if (this.#window === null) {
      yield this.#getStored(key, snapshot);
      return;
    }
    const stateKey = this.#stateKey(key);
    const storedKey = this.#storedKey(stateKey);
    for (const partition of this.#partitionsOf(stateKey)) {
      const range = this.#windowRange(times, partition, bounds);
      const reader = this.#readers[partition] as StateReader<Row, Row>;
      for await (const rows of reader.lookup(snapshot, { key: storedKey, ...range })) {
        yield this.#through(this.#within(rows, range)).filter(this.#isRetained(range));
      }
    }
  }

  /** Of sessions, the time bucket they are in may hold some that are not seen any more. */
  #isRetained({ windowStartMin }: WindowRange): (change: Change) => boolean {
    return this.#sessions === null ? () => true : ({ windowEnd }) => windowEnd >= windowStartMin;
  }

  /** The windows that are retained and within the bounds; of sessions, their ends. */
  #windowRange(
    times: QueryProgress['times'],
    partition: number,
    bounds: WindowBounds,
  ): WindowRange {
    if (this.#window === null) return { windowStartMin: 0, windowStartMax: 0 };
    const { sizeMs, retentionMs } = this.#window;
    const streamTime = times[`${this.#materialization.stateNumber}/${partition}`]?.[0] ?? -1;
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
    this.#keyIndexes.forEach((stateIndex, sinkIndex) => {
      stateKey[stateIndex] = key[sinkIndex] as Value;
    });
    return stateKey;
  }

  #partitionsOf(stateKey: Row): Iterable<number> {
    return this.#isAnywhere ? this.#readers.keys() : [this.#partitionOf(stateKey)];
  }

  #partitionOf(stateKey: Row): number {
    const { partitionCount, placedKeys, placedIndexes } = this.#materialization;
    if (partitionCount === 1) return 0;
    const placed: Row = placedKeys.map(() => null);
    placedIndexes.forEach((index, column) => {
      placed[index] = stateKey[column] as Value;
    });
    const writer = this.#keyWriter;
    writer.reset();
    if (!this.#encodeKey(placed, 0, writer)) return 0;
    return partitionForKey(writer.buffer, partitionCount, 0, writer.length);
  }

  async #times(snapshot: StoreSnapshot): Promise<QueryProgress['times']> {
    const bytes = snapshot.get(queryKey(this.#queryNumber));
    if (bytes === undefined) return {};
    return (JSON.parse(Buffer.from(bytes).toString()) as QueryProgress).times;
  }

  #through(rows: readonly StoredRow<Row, Row>[]): readonly Change[] {
    let changes = rows.flatMap((row) => this.#restore(row));
    for (const operator of this.#chain) {
      const out: Change[] = [];
      operator.process(changes, 0, out);
      changes = out;
    }
    return changes;
  }
}

function keyIndexes({ chain, step }: Materialization): number[] {
  let indexes = step.schema.keys.map((_, index) => index);
  for (const later of chain) {
    if (later.kind === 'Select') indexes = later.keys.map((from) => indexes[from] as number);
  }
  return indexes;
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
  return (stored) => [restore(isFinal ? { ...stored, key: keyOf(stored.key) } : stored)];
}

/** The sessions of a table that is kept by sessions; null for others. */
function sessionsOf({ step }: Materialization): SessionWindow | null {
  return step.kind === 'Aggregate' && step.window?.kind === 'SESSION' ? step.window : null;
}

function singleRowOf({ step }: Materialization): (stored: StoredRow<Row, Row>) => Change {
  if (step.kind === 'Materialize') {
    const kept = keptRow(step);
    return ({ key, value }) => {
      const { row, time, partition, offset } = kept(value);
      return new Change(key, null, row, time, partition, offset, 0, 0);
    };
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
