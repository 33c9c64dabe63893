import type { Row, SqlType, Value } from '../sql/types.ts';

/**
 * An aggregate bound to its argument types. Its state is one or more slots of the group's state row, so that a group
 * with three aggregates is one array and one stored value.
 *
 * Hot path: `add` runs once per record and mutates the state row in place.
 */
export interface Aggregate {
  readonly resultType: SqlType;
  /** One type per slot; slots may be null. */
  readonly stateTypes: readonly SqlType[];
  /** The slots of a group without rows. */
  initial(): Value[];
  /**
   * Replaces collections in the slots of a freshly copied state row by copies of their own, so that `add` and `undo`
   * may edit them in place; absent when they never do.
   */
  readonly own?: (state: Row, slot: number) => void;
  /**
   * Takes in one row. `value` is the argument; for several arguments an array of them; for COUNT(*) `true`. Arguments
   * that have to be literals are not among them: they were bound. `arrival` numbers the rows in the order in which they
   * came, so that states can be merged by it; 0 where none are merged.
   * @throws EvaluationError when the state cannot hold the result; the query then fails.
   */
  add(state: Row, slot: number, value: Value, arrival: number): void;
  /** Takes back one row that was added; absent when the aggregate cannot run over a table. */
  readonly undo?: (state: Row, slot: number, value: Value) => void;
  /**
   * Takes in what `from`, a state row of the same layout, holds in its slots, after what `state` holds already: how
   * sessions are joined. `from` is not edited, and no collection of it becomes part of `state`.
   * @throws EvaluationError as `add` does.
   */
  merge(state: Row, slot: number, from: Row): void;
  result(state: Row, slot: number): Value;
}

/** One aggregate function: what DESCRIBE FUNCTION, the resolver and the plan know about it. */
export interface AggregateDefinition {
  /** Upper case; how it is looked up. */
  readonly name: string;
  /** As messages spell it. */
  readonly displayName: string;
  readonly description: string;
  readonly examples: readonly string[];
  /** How many arguments, from the last one backwards, have to be literals; absent for none. */
  readonly literalCount?: (argumentTypes: readonly (SqlType | null)[]) => number;
  /** The setting that bounds how much the aggregate collects; absent when none does. */
  readonly limit?: keyof CollectionLimits;
  /** What the dialect keeps between rows: the value format of the source has to be able to hold it. */
  readonly intermediate: 'SCALAR' | 'NESTED';
  /**
   * Null when it does not take these types, those of literals included; null elements are NULL literals. Empty for
   * COUNT(*).
   * @throws DatabaseError BAD_STATEMENT when a literal has a value that makes no sense.
   */
  bind(argumentTypes: readonly (SqlType | null)[], constants: AggregateConstants): Aggregate | null;
  /** Accepted signatures, for messages: `SUM(INTEGER)`. */
  readonly signatures: readonly string[];
}

/** What a call fixes for all its rows. Plain JSON: it is part of the plan. */
export interface AggregateConstants {
  /** The arguments that have to be literals, in order. */
  readonly literals: readonly AggregateLiteral[];
  /** How many elements it may collect; null for any number. */
  readonly limit: number | null;
}

/** As a literal expression holds it: digits in a string for BIGINT and DECIMAL. */
export type AggregateLiteral = null | boolean | number | string;

/** How many elements collections may have at most; null for any number. */
export interface CollectionLimits {
  readonly collectList: number | null;
  readonly collectSet: number | null;
}

/** The constants of a call without literals and limits. */
export const NO_CONSTANTS: AggregateConstants = { literals: [], limit: null };

/** The limits of a session that sets none. */
export const UNLIMITED: CollectionLimits = { collectList: null, collectSet: null };
