import { DatabaseError, ERROR_CODES } from '../src/base/errors.ts';
import type { Logger } from '../src/base/logger.ts';

/** The body of a failed request; members in the order clients match. */
export type ErrorBody =
  | { readonly '@type': 'generic_error'; readonly error_code: number; readonly message: string }
  | {
      readonly '@type': 'statement_error';
      readonly error_code: number;
      readonly message: string;
      readonly statementText: string;
      readonly entities: readonly unknown[];
    };

const STARTING_RETRY_SECONDS = 10;
const RETRY_SECONDS = 1;

/**
 * What the user is told of an error. A mistake of the user or of the outside world is told as it
 * is; anything else is our own: it is logged whole, and the answer says no more than that.
 */
export function toDatabaseError(error: unknown, logger: Logger): DatabaseError {
  if (error instanceof DatabaseError) {
    const { blame, retry } = ERROR_CODES[error.code];
    if (blame === 'server' && !retry) logger.error({ err: error }, 'a request failed');
    return error;
  }
  logger.error({ err: error }, 'a request failed for a reason of our own');
  return new DatabaseError(
    'INTERNAL',
    'The server failed to process the request because of an error of its own. Its log says which.',
    { cause: error },
  );
}

/** The body that says what went wrong: the error of a statement carries its text. */
export function errorBody(error: DatabaseError): ErrorBody {
  if (error.statementText === undefined) return genericError(error.errorCode, error.message);
  return {
    '@type': 'statement_error',
    error_code: error.errorCode,
    message: error.message,
    statementText: error.statementText,
    entities: error.entities,
  };
}

/** The body for an error that is no statement's. */
export function genericError(errorCode: number, message: string): ErrorBody {
  return { '@type': 'generic_error', error_code: errorCode, message };
}

/** What an error that ends a stream of rows looks like inside it: the status has long been sent. */
export function streamErrorBody(error: DatabaseError): ErrorBody {
  const errorCode = ERROR_CODES[error.code].httpStatus === 429 ? 42900 : 50000;
  return genericError(errorCode, error.message);
}

/** The headers an error adds to its answer. */
export function errorHeaders(error: DatabaseError): Readonly<Record<string, string>> {
  if (error.code === 'UNAUTHORIZED')
    return { 'www-authenticate': 'Basic realm="millrace", Bearer' };
  if (!ERROR_CODES[error.code].retry || error.code === 'REQUEST_TIMEOUT') return {};
  const seconds = error.code === 'STARTING' ? STARTING_RETRY_SECONDS : RETRY_SECONDS;
  return { 'retry-after': String(seconds) };
}
