import type { Location } from '../../grammar/ast.ts';
import { DatabaseError, type ErrorCode, type TextLocation } from '../base/errors.ts';

/** Anything that knows where it stands in the statement. */
export interface Located {
  readonly location: Location;
}

/** Where a node begins, as errors say it. */
export function textLocation({ line, column }: Location): TextLocation {
  return { line, column };
}

/** The error of a mistake in the statement, pointing at the node it is about. */
export function errorAt(code: ErrorCode, node: Located, message: string): DatabaseError {
  return new DatabaseError(code, message, { location: textLocation(node.location) });
}

/** The error for something the dialect has and this version cannot do. */
export function notSupported(node: Located, what: string): DatabaseError {
  return errorAt('BAD_STATEMENT', node, `${what} not supported by this version.`);
}

/** Runs `check` and makes any DatabaseError without a position point at the node. */
export function locating<Result>(node: Located, check: () => Result): Result {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.location !== undefined) throw error;
    throw error.with({ location: textLocation(node.location) });
  }
}
