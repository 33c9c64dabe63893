import type { Row, SqlType, Value } from '../sql/types.ts';

/** A table function bound to its argument types: it makes several rows out of one. */
export interface TableFunction {
  /** The type of the column that holds its values. */
  readonly resultType: SqlType;
  /**
   * The values of one call, one per row that comes out; the caller does not edit them.
   * @param args one value per argument, any of them null.
   * @throws EvaluationError when there are no values for these arguments.
   */
  expand(args: Row): readonly Value[];
}

/** One table function: what DESCRIBE FUNCTION, the resolver and the plan know about it. */
export interface TableFunctionDefinition {
  /** Upper case; how it is looked up. */
  readonly name: string;
  /** As messages spell it. */
  readonly displayName: string;
  readonly description: string;
  readonly examples: readonly string[];
  /** Null when it does not take these types; null elements are NULL literals. */
  bind(argumentTypes: readonly (SqlType | null)[]): TableFunction | null;
  /** Accepted signatures, for messages. */
  readonly signatures: readonly string[];
}
