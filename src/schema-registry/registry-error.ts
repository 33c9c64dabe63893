import { DatabaseError, type ErrorCode } from '../base/errors.ts';

/**
 * What a schema registry refuses, by its number in the API of Confluent's registry; clients tell errors apart by it.
 * The HTTP status is the number's first three digits.
 */
export const REGISTRY_ERRORS = {
  SUBJECT_NOT_FOUND: { errorCode: 40401, code: 'NOT_FOUND' },
  VERSION_NOT_FOUND: { errorCode: 40402, code: 'NOT_FOUND' },
  SCHEMA_NOT_FOUND: { errorCode: 40403, code: 'NOT_FOUND' },
  SUBJECT_DELETED: { errorCode: 40404, code: 'NOT_FOUND' },
  SUBJECT_NOT_DELETED: { errorCode: 40405, code: 'NOT_FOUND' },
  VERSION_DELETED: { errorCode: 40406, code: 'NOT_FOUND' },
  VERSION_NOT_DELETED: { errorCode: 40407, code: 'NOT_FOUND' },
  LEVEL_NOT_SET: { errorCode: 40408, code: 'NOT_FOUND' },
  MODE_NOT_SET: { errorCode: 40409, code: 'NOT_FOUND' },
  INCOMPATIBLE: { errorCode: 409, code: 'ALREADY_EXISTS' },
  INVALID_REQUEST: { errorCode: 422, code: 'BAD_STATEMENT' },
  INVALID_SCHEMA: { errorCode: 42201, code: 'BAD_STATEMENT' },
  INVALID_VERSION: { errorCode: 42202, code: 'BAD_STATEMENT' },
  INVALID_LEVEL: { errorCode: 42203, code: 'BAD_STATEMENT' },
  INVALID_MODE: { errorCode: 42204, code: 'BAD_STATEMENT' },
  NOT_PERMITTED: { errorCode: 42205, code: 'FORBIDDEN' },
  REFERENCED: { errorCode: 42206, code: 'IN_USE' },
  ID_TAKEN: { errorCode: 42207, code: 'BAD_STATEMENT' },
  INVALID_SUBJECT: { errorCode: 42208, code: 'BAD_STATEMENT' },
  TOO_LARGE: { errorCode: 42209, code: 'TOO_LARGE' },
} as const satisfies Record<string, { errorCode: number; code: ErrorCode }>;

export type RegistryErrorKind = keyof typeof REGISTRY_ERRORS;

/** A mistake in dealing with the schema registry; the message is meant for whoever made it. */
export class RegistryError extends DatabaseError {
  readonly kind: RegistryErrorKind;

  constructor(kind: RegistryErrorKind, message: string, options: { cause?: unknown } = {}) {
    super(REGISTRY_ERRORS[kind].code, message, options);
    this.kind = kind;
  }

  /** Its number in the registry's API. */
  get registryCode(): number {
    return REGISTRY_ERRORS[this.kind].errorCode;
  }
}
