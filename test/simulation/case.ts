import type { Expr } from './expression.ts';

/** Types of columns that cases use. */
export type ColumnType = 'INTEGER' | 'BIGINT' | 'VARCHAR' | 'BOOLEAN' | 'DOUBLE' | ListType;
/** Only results have them. */
export type ListType = 'ARRAY<INTEGER>' | 'ARRAY<BIGINT>' | 'ARRAY<VARCHAR>' | 'HISTOGRAM';

/** A SQL value: INTEGER and BIGINT are bigints, DOUBLE a number. A histogram is a Map. */
export type Value =
  null | boolean | bigint | number | string | readonly Value[] | ReadonlyMap<Value, bigint>;

export interface ColumnSpec {
  readonly name: string;
  readonly type: ColumnType;
}

export type KeyFormat = 'KAFKA' | 'JSON';

/** Columns and key format: what it takes to turn a row into bytes. */
export interface TopicSchema {
  readonly keys: readonly ColumnSpec[];
  readonly values: readonly ColumnSpec[];
  readonly keyFormat: KeyFormat;
  /** Size of the windows in ms, null for sessions; absent for a plain key. */
  readonly windowed?: { readonly sizeMs: number | null };
}

/** A stream or table that a CREATE statement declares. Its name is also the name of its topic. */
export interface SourceSpec extends TopicSchema {
  readonly kind: 'STREAM' | 'TABLE';
  readonly name: string;
  /** Whether a query of the case writes it. */
  readonly isWritten?: boolean;
}

/** One record as it is written to the topic of a source. */
export interface RecordSpec {
  readonly source: string;
  /** One value for each key column; null for a null key. */
  readonly key: readonly Value[] | null;
  /** One value for each value column; null for a null value; a text that is no JSON for a broken one. */
  readonly value: readonly Value[] | string | null;
  /** Event time, ms. */
  readonly time: number;
  /** Value of the header `h`; null for no headers. */
  readonly header: string | null;
  /** Where a record without a key goes, modulo the count of partitions. */
  readonly partition: number;
}

export type JoinType = 'INNER' | 'LEFT' | 'RIGHT' | 'FULL OUTER';

export interface WithinSpec {
  readonly beforeMs: number;
  readonly afterMs: number;
  /** Null without GRACE PERIOD. */
  readonly graceMs: number | null;
}

export interface JoinSpec {
  readonly type: JoinType;
  /** The source that is joined. */
  readonly source: string;
  readonly leftOn: Expr;
  readonly rightOn: Expr;
  readonly within: WithinSpec | null;
  readonly kind: 'stream-stream' | 'stream-table' | 'table-table' | 'foreign-key';
}

export interface WindowSpec {
  readonly kind: 'TUMBLING' | 'HOPPING' | 'SESSION';
  /** The gap of a session. */
  readonly sizeMs: number;
  /** Equal to the size unless HOPPING. */
  readonly advanceMs: number;
  readonly graceMs: number | null;
  readonly retentionMs: number | null;
}

export interface SelectItem {
  readonly expr: Expr;
  readonly as: string;
}

/** CREATE ... AS SELECT or INSERT INTO ... SELECT. */
export interface QuerySpec {
  readonly statement: 'CREATE STREAM' | 'CREATE TABLE' | 'INSERT INTO';
  readonly sink: string;
  readonly from: string;
  readonly joins: readonly JoinSpec[];
  readonly where: Expr | null;
  readonly partitionBy: readonly Expr[] | null;
  readonly groupBy: readonly Expr[] | null;
  readonly window: WindowSpec | null;
  readonly having: Expr | null;
  readonly emitFinal: boolean;
  /** The key columns of the result, in key order. */
  readonly keys: readonly SelectItem[];
  readonly values: readonly SelectItem[];
  /** Given in WITH; null to inherit. */
  readonly keyFormat: KeyFormat | null;
}

/** A query whose decimal sum overflows: nobody else may notice. */
export interface PoisonSpec {
  readonly source: string;
  /** An INTEGER column. */
  readonly column: string;
  /** What each row adds to the sum of its number, which overflows beyond 9. */
  readonly weight: number;
  /** Whether it stands before all other queries, or behind them. */
  readonly first: boolean;
}

/** How far the engine goes at a time, where that is less far than it likes. The results must not show it. */
export interface Pace {
  /** Rows of a round, and rows decoded at a time. */
  readonly roundRows: number;
  readonly chunkRows: number;
  /** Records of a tick, about; null for as many as there are. */
  readonly tickRecords: number | null;
  /**
   * What the times of records are like. Where rows of several partitions meet, rows out of order would show where a round
   * ends, when some of them do not get to where they would meet others; and those of one time where another query of the
   * tick has stopped.
   */
  readonly order: 'any' | 'ties' | 'strict';
  /** Whether time runs so fast that every tick is over as soon as anything was taken. */
  readonly isHurried: boolean;
}

/** Whether the times of the records are as the pace of the case needs them. */
export function isInOrder({ ticks, pace }: Pick<Case, 'ticks' | 'pace'>): boolean {
  if (pace === null || pace.order === 'any') return true;
  const times = ticks.flat().map(({ time }) => time);
  const stepMin = pace.order === 'strict' ? 1 : 0;
  return times.every((time, index) => time - (times[index - 1] ?? -1) >= stepMin);
}

/** Everything that happens: replaying it gives the same results. */
export interface Case {
  readonly seed: number;
  readonly sources: readonly SourceSpec[];
  readonly queries: readonly QuerySpec[];
  /** Records that are there together when a tick begins. */
  readonly ticks: readonly (readonly RecordSpec[])[];
  /** Of every topic. */
  readonly partitionCount: number;
  /** Whether changes of a key within a tick may be merged. */
  readonly merge: boolean;
  /** A query that fails as soon as a number has come often enough, and takes the tick with it; null for none. */
  readonly poison: PoisonSpec | null;
  /** The database is closed and opened again before these ticks. */
  readonly restartsBefore: readonly number[];
  /** Whether the records of such a tick are there before the database opens again, or come when it is idle. */
  readonly backlog: boolean;
  /** Closed windows are looked for so often at most. Between two ticks goes by more; within one the clock stands still. */
  readonly emitIntervalMs: number;
  /** Whether state leaves memory after each tick. */
  readonly evict: boolean;
  /** Null: the records of a tick are processed in one tick of the engine. */
  readonly pace: Pace | null;
}
