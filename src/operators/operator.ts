import type { Ambient } from '../expressions/ambient.ts';
import type { ErrorSink } from '../expressions/evaluation.ts';
import type { RowSchema } from '../sql/schema.ts';
import type { Row, SqlType } from '../sql/types.ts';
import type { StateTable, WindowLayout } from '../state/state-table.ts';
import type { Change } from './change.ts';

/** What every step of a physical plan has. Plans are plain JSON: a flat list of steps that name their inputs. */
export interface StepBase {
  readonly id: number;
  /** Ids of the steps whose rows it takes; their position is the input number. */
  readonly inputs: readonly number[];
  readonly schema: RowSchema;
}

/** One kind of step: how it reads in EXPLAIN and what runs it. */
export interface OperatorDefinition<S extends StepBase & { readonly kind: string }> {
  readonly kind: S['kind'];
  /** One line without the schema, e.g. `WHERE (MS > 10)`. */
  explain(step: S): string;
  /** The tables it keeps, in the order in which its operator is given them. */
  states(step: S): readonly StateSpec[];
  create(step: S, context: OperatorContext): Operator;
}

/** A table of rows by key that a step keeps. The last slot of a state row is the time of its last change. */
export interface StateSpec {
  readonly keyTypes: readonly SqlType[];
  readonly valueTypes: readonly SqlType[];
  readonly window: WindowLayout | null;
  /**
   * Numbered behind the tables of all steps of a plan that are not: a step that did not always keep it must not take
   * the number of another, under which there is stored state.
   */
  readonly isNumberedLast?: true;
}

/** What an operator is given. No topics, no clock, no catalog. */
export interface OperatorContext {
  readonly errors: ErrorSink;
  /** The time and the randomness of expressions. */
  readonly ambient: Ambient;
  /** One table for each `StateSpec`, in order. */
  readonly states: readonly StateTable<Row, Row>[];
  /** Changes of one key within a tick are merged into one (ksqlDB: cache.max.bytes.buffering > 0). */
  readonly merge: boolean;
  /**
   * The wall clock of the tick under way, ms since the epoch: the same for all its rows, also when it is processed
   * again, and never before that of an earlier tick.
   */
  now(): number;
  /** Counts rows that were too late for their window. */
  onLate(): void;
}

/**
 * Results that wait to be emitted. As long as there are some from an earlier tick, the query takes no new rows: what
 * waits may be read from its state only when it is emitted.
 */
export interface Backlog {
  readonly isEmpty: boolean;
  /**
   * Whether it comes before all further rows. The task then emits it right behind the rows that caused it; what is more
   * than a tick should emit waits for the next one, and rows that come meanwhile queue up behind it. Else it is emitted
   * when the tick ends.
   */
  readonly isNext: boolean;
  /** Results that cannot wait for another tick. */
  readonly isUrgent: boolean;
  /** Names the state of the next piece. */
  prepareNext(): void;
  /** Emits the next piece; it may have nothing in it. */
  emitNext(out: Change[]): void;
  /** Nothing more is emitted in this tick. */
  tickEnds(): void;
  /** The wall clock from which on there is something to do without new rows, ms; Infinity, or absent, for never. */
  dueAt?(): number;
  /** Called when that time has come and no rows have. */
  onDue?(): void;
}

/**
 * Runs one step for one partition. Synchronous and deterministic: given the same rows in the same order it does the
 * same, whatever the time and wherever it runs. Per batch the task calls `prepare`, loads the state it named, then
 * calls `process`; at the end of a tick `flush`.
 */
export interface Operator {
  readonly states: readonly StateTable<Row, Row>[];
  /** Names the state the batch will touch. Rows of a batch are the same objects in `process`. */
  prepare?(batch: readonly Change[], input: number): void;
  process(batch: readonly Change[], input: number, out: Change[]): void;
  /** Emits, in pieces, what was held back for the end of the tick. */
  flush?(): Iterable<readonly Change[]>;
  /** Drops what was held back in a tick that is abandoned; its times have been taken back before. */
  abandon?(): void;
  /**
   * Times and counts it keeps from batch to batch, the highest event time seen first (-1 before any row); saved with
   * the state and given back at start. There may become more and fewer of them.
   */
  times?: number[];
  /** What it emits by and by, in pieces over several ticks if it is much; absent when it never does. */
  readonly backlog?: Backlog;
  /** For each of `states` that is windowed: windows that start before it are not needed any more; else -Infinity. */
  windowFloor?(state: number): number;
}
