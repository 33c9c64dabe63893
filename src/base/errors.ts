/**
 * Every mistake of a user or of the outside world is a {@link DatabaseError} with one of these
 * codes. `httpStatus` and `errorCode` are what the REST API answers (error_code = status * 100 + n,
 * the way ksqlDB numbers them); `retry` says whether sending the same thing again can help.
 */
export const ERROR_CODES = {
  SYNTAX: { blame: 'user', httpStatus: 400, errorCode: 40001, retry: false },
  BAD_STATEMENT: { blame: 'user', httpStatus: 400, errorCode: 40001, retry: false },
  UNKNOWN_SOURCE: { blame: 'user', httpStatus: 400, errorCode: 40001, retry: false },
  UNKNOWN_COLUMN: { blame: 'user', httpStatus: 400, errorCode: 40001, retry: false },
  UNKNOWN_FUNCTION: { blame: 'user', httpStatus: 400, errorCode: 40001, retry: false },
  UNKNOWN_QUERY: { blame: 'user', httpStatus: 400, errorCode: 40001, retry: false },
  UNKNOWN_TOPIC: { blame: 'user', httpStatus: 400, errorCode: 40001, retry: false },
  UNKNOWN_TYPE: { blame: 'user', httpStatus: 400, errorCode: 40001, retry: false },
  TYPE_MISMATCH: { blame: 'user', httpStatus: 400, errorCode: 40001, retry: false },
  ALREADY_EXISTS: { blame: 'user', httpStatus: 400, errorCode: 40001, retry: false },
  IN_USE: { blame: 'user', httpStatus: 400, errorCode: 40001, retry: false },
  BAD_REQUEST: { blame: 'user', httpStatus: 400, errorCode: 40000, retry: false },
  UNKNOWN_PROPERTY: { blame: 'user', httpStatus: 400, errorCode: 40000, retry: false },
  WRONG_ENDPOINT: { blame: 'user', httpStatus: 400, errorCode: 40002, retry: false },
  UNAUTHORIZED: { blame: 'user', httpStatus: 401, errorCode: 40100, retry: false },
  FORBIDDEN: { blame: 'user', httpStatus: 403, errorCode: 40300, retry: false },
  NOT_FOUND: { blame: 'user', httpStatus: 404, errorCode: 40400, retry: false },
  METHOD_NOT_ALLOWED: { blame: 'user', httpStatus: 405, errorCode: 40500, retry: false },
  NOT_ACCEPTABLE: { blame: 'user', httpStatus: 406, errorCode: 40600, retry: false },
  REQUEST_TIMEOUT: { blame: 'user', httpStatus: 408, errorCode: 40800, retry: true },
  /** The same id was used for something else, or a producer's numbers do not go on where they ended. */
  CONFLICT: { blame: 'user', httpStatus: 409, errorCode: 40900, retry: false },
  /** Retention removed records before they were read. */
  SOURCE_EXPIRED: { blame: 'user', httpStatus: 410, errorCode: 41000, retry: false },
  TOO_LARGE: { blame: 'user', httpStatus: 413, errorCode: 41300, retry: false },
  UNSUPPORTED_MEDIA_TYPE: { blame: 'user', httpStatus: 415, errorCode: 41500, retry: false },
  ASSERTION_FAILED: { blame: 'user', httpStatus: 417, errorCode: 41700, retry: false },
  MISDIRECTED: { blame: 'user', httpStatus: 421, errorCode: 42100, retry: false },
  TOO_MANY: { blame: 'user', httpStatus: 429, errorCode: 42900, retry: true },
  /** Keeps ksqlDB's number, which its clients know, under the status that says what to do. */
  TOO_MANY_PUSH_QUERIES: { blame: 'user', httpStatus: 429, errorCode: 40003, retry: true },
  HTTP2_NEEDED: { blame: 'user', httpStatus: 400, errorCode: 40004, retry: false },
  INTERNAL: { blame: 'server', httpStatus: 500, errorCode: 50000, retry: false },
  QUERY_TOO_LARGE: { blame: 'user', httpStatus: 500, errorCode: 50002, retry: false },
  /** A data directory of another version; met only when opening it. */
  UNKNOWN_FORMAT: { blame: 'user', httpStatus: 500, errorCode: 50000, retry: false },
  /** A data directory on a disk that does not keep what it says; met only when opening it. */
  UNSAFE_DISK: { blame: 'user', httpStatus: 500, errorCode: 50000, retry: false },
  CORRUPT: { blame: 'server', httpStatus: 500, errorCode: 50000, retry: false },
  /** Kafka Connect did not answer, or not with what it should. */
  CONNECT_FAILED: { blame: 'server', httpStatus: 500, errorCode: 50000, retry: true },
  WAIT_TIMEOUT: { blame: 'server', httpStatus: 503, errorCode: 50301, retry: true },
  STARTING: { blame: 'server', httpStatus: 503, errorCode: 50302, retry: true },
  STOPPING: { blame: 'server', httpStatus: 503, errorCode: 50303, retry: true },
  TERMINATED: { blame: 'server', httpStatus: 503, errorCode: 50304, retry: true },
  DISK_FULL: { blame: 'server', httpStatus: 507, errorCode: 50701, retry: true },
} as const satisfies Record<
  string,
  { blame: 'user' | 'server'; httpStatus: number; errorCode: number; retry: boolean }
>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Where in the sent text something stands; line and column count from 1, in UTF-16 units. */
export interface TextLocation {
  readonly line: number;
  readonly column: number;
}

export interface DatabaseErrorOptions {
  readonly cause?: unknown;
  readonly location?: TextLocation | undefined;
  /** The statement that failed, as sent. Present: the API answers a `statement_error`. */
  readonly statementText?: string | undefined;
  /** API entities of the statements of the same request that ran before this one. */
  readonly entities?: readonly unknown[];
}

/** A mistake of the user or of the outside world; the message is meant for that user. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly code: ErrorCode;
  readonly location: TextLocation | undefined;
  readonly statementText: string | undefined;
  readonly entities: readonly unknown[];

  constructor(code: ErrorCode, message: string, options: DatabaseErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.location = options.location;
    this.statementText = options.statementText;
    this.entities = options.entities ?? [];
  }

  get httpStatus(): number {
    return ERROR_CODES[this.code].httpStatus;
  }

  get errorCode(): number {
    return ERROR_CODES[this.code].errorCode;
  }

  /** The same error with what a caller further out knows about it. */
  with(options: DatabaseErrorOptions): DatabaseError {
    return new DatabaseError(this.code, this.message, {
      cause: this.cause,
      location: options.location ?? this.location,
      statementText: options.statementText ?? this.statementText,
      entities: options.entities ?? this.entities,
    });
  }
}

/** Bytes on disk that are not what was written there. Names the file and the position. */
export class CorruptionError extends Error {
  override readonly name = 'CorruptionError';
}
