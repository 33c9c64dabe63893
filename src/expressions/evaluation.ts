import type { Row, Value } from '../sql/types.ts';

/**
 * What a compiled expression sees besides the row: the change it belongs to. The same object the operators
 * pass around, so nothing is copied per record.
 */
export interface RowContext {
  readonly time: number;
  readonly partition: number;
  readonly offset: number;
  readonly windowStart: number;
  readonly windowEnd: number;
}

/** Evaluates one expression over a row; throws EvaluationError as section 2.8 of the dialect says. */
export type Evaluate = (row: Row, context: RowContext) => Value;

/** A predicate: exactly true or false, or throws. */
export type EvaluatePredicate = (row: Row, context: RowContext) => boolean;

/** Where steps report what went wrong with one row. */
export interface ErrorSink {
  report(message: string): void;
}
