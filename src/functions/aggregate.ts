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
   * Takes in one row. `value` is the argument; for several arguments an array of them; for COUNT(*) `true`.
   * @throws EvaluationError when the state cannot hold the result; the query then fails.
   */
  add(state: Row, slot: number, value: Value): void;
  /** Takes back one row that was added; absent when the aggregate cannot run over a table. */
  readonly undo?: (state: Row, slot: number, value: Value) => void;
  result(state: Row, slot: number): Value;
}

/** One aggregate function: what DESCRIBE FUNCTION, the resolver and the plan know about it. */
export interface AggregateDefinition {
  /** Upper case. */
  readonly name: string;
  readonly description: string;
  readonly examples: readonly string[];
  /** Null when it does not take these types; null elements are NULL literals. Empty for COUNT(*). */
  bind(argumentTypes: readonly (SqlType | null)[]): Aggregate | null;
  /** Accepted signatures, for messages: `SUM(INTEGER)`. */
  readonly signatures: readonly string[];
}
