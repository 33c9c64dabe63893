import type { Source } from '../catalog/source.ts';
import type { Expression, LiteralExpression } from '../expressions/expression.ts';
import type { RowSchema } from '../sql/schema.ts';
import type { SqlType } from '../sql/types.ts';

/**
 * The typed logical plan of one query: a tree, each node with the schema of its rows. Expressions of a node are over
 * the rows of its input (keys first, then values; see RowSchema).
 */
export type LogicalNode =
  | LogicalSource
  | LogicalJoin
  | LogicalFilter
  | LogicalPartitionBy
  | LogicalFlatMap
  | LogicalAggregate
  | LogicalProject;

export interface LogicalSource {
  readonly kind: 'source';
  readonly source: Source;
  readonly alias: string;
  readonly result: 'stream' | 'table';
  readonly schema: RowSchema;
}

/**
 * The row of the join: its key, then `columns`. The key is one column, the join key, except that a foreign-key join
 * keeps the key of its left table. Expressions of the left side are over rows of `left`, those of the right side over
 * rows of `right`. The columns of a side that has no match are null.
 */
export interface LogicalJoin {
  readonly kind: 'join';
  readonly join: JoinKind;
  readonly type: 'INNER' | 'LEFT' | 'RIGHT' | 'FULL';
  readonly left: LogicalNode;
  /** Always a stream or table of the catalog: chains of joins go to the left. */
  readonly right: LogicalSource;
  /** Equal types. `rightKey` of a join with a table is that table's primary key column. */
  readonly leftKey: Expression;
  readonly rightKey: Expression;
  /** For joins of two streams; null for all others. */
  readonly within: JoinWindow | null;
  readonly columns: readonly JoinColumn[];
  readonly result: 'stream' | 'table';
  readonly schema: RowSchema;
}

export type JoinKind = 'stream-stream' | 'stream-table' | 'table-table' | 'foreign-key';

/**
 * How far apart two rows may be, in milliseconds of event time: the right one from `beforeMs` before the left one to
 * `afterMs` after it.
 */
export interface JoinWindow {
  readonly beforeMs: number;
  readonly afterMs: number;
  /** Null without GRACE PERIOD. */
  readonly graceMs: number | null;
}

export interface JoinColumn {
  readonly name: string;
  readonly side: 'left' | 'right';
  readonly expression: Expression;
}

export interface LogicalFilter {
  readonly kind: 'filter';
  readonly input: LogicalNode;
  readonly predicate: Expression;
  /** Which clause it came from, for messages and EXPLAIN. */
  readonly clause: 'WHERE' | 'HAVING';
  readonly result: 'stream' | 'table';
  readonly schema: RowSchema;
}

/** New keys; values: all value columns of the input, then its old key columns. */
export interface LogicalPartitionBy {
  readonly kind: 'partitionBy';
  readonly input: LogicalNode;
  readonly keys: readonly NamedExpression[];
  /** Over the input, the value columns of the result in order. */
  readonly values: readonly NamedExpression[];
  readonly result: 'stream';
  readonly schema: RowSchema;
}

/** Row: that of the input, then one value column per call, named KSQL_SYNTH_n. */
export interface LogicalFlatMap {
  readonly kind: 'flatMap';
  readonly input: LogicalNode;
  /** At least one; equal calls appear once. */
  readonly calls: readonly TableFunctionCall[];
  readonly result: 'stream';
  readonly schema: RowSchema;
}

export interface TableFunctionCall {
  readonly function: string;
  readonly arguments: readonly Expression[];
  readonly type: SqlType;
}

/** Row: the grouping keys, then one value column per aggregate, named KSQL_AGG_VARIABLE_n. */
export interface LogicalAggregate {
  readonly kind: 'aggregate';
  readonly input: LogicalNode;
  /** Empty only in transient queries: one implicit group. */
  readonly groupBy: readonly NamedExpression[];
  readonly aggregates: readonly AggregateCall[];
  readonly window: LogicalWindow | null;
  /** EMIT FINAL: only closed windows give results. */
  readonly isFinal: boolean;
  readonly result: 'table';
  readonly schema: RowSchema;
}

/** COUNT(*) has no arguments. Equal calls appear once. */
export interface AggregateCall {
  readonly function: string;
  readonly arguments: readonly Expression[];
  /** The last arguments, if the function takes them as literals: they are the same for all rows. */
  readonly literals: readonly LiteralExpression[];
  readonly type: SqlType;
}

/** Milliseconds. */
export interface LogicalWindow {
  readonly kind: 'TUMBLING' | 'HOPPING' | 'SESSION';
  /** For sessions the longest gap between two rows. */
  readonly sizeMs: number;
  /** From one window's start to the next; only HOPPING has it. */
  readonly advanceMs?: number;
  readonly graceMs: number;
  readonly retentionMs: number;
}

export interface LogicalProject {
  readonly kind: 'project';
  readonly input: LogicalNode;
  /** In a persistent query the key columns of the result; their expressions are the key columns of the input. */
  readonly keys: readonly NamedExpression[];
  readonly values: readonly NamedExpression[];
  readonly result: 'stream' | 'table';
  readonly schema: RowSchema;
}

export interface NamedExpression {
  readonly name: string;
  readonly expression: Expression;
}

/** A whole analyzed SELECT. The root is always a project. */
export interface AnalyzedQuery {
  readonly root: LogicalProject;
  readonly result: 'stream' | 'table';
  /** Sources read, FROM order. */
  readonly sources: readonly Source[];
  /**
   * Output columns in SELECT order, as transient queries show them: indexes into the root's row, or a window bound.
   * Transient queries list every select item here; their root has no key requirement.
   */
  readonly output: readonly OutputColumn[];
  readonly emit: 'CHANGES' | 'FINAL' | null;
  readonly limit: number | null;
}

export interface OutputColumn {
  readonly name: string;
  readonly type: SqlType;
  readonly index: number;
}
