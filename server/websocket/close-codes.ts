import { ERROR_CODES, type DatabaseError } from '../../src/base/errors.ts';

export const CLOSE_NORMAL = 1000;
export const CLOSE_GOING_AWAY = 1001;
/** A request or a kind of frame we do not take. */
export const CLOSE_UNSUPPORTED = 1003;
export const CLOSE_POLICY = 1008;
export const CLOSE_INTERNAL = 1011;
/** The same may work later, or more slowly. */
export const CLOSE_TRY_AGAIN_LATER = 1013;

/**
 * The code a connection is closed with after an error.
 * @param isRunning whether the query was running: the request was one that could be taken then.
 */
export function closeCode(error: DatabaseError, isRunning = false): number {
  const { blame, retry } = ERROR_CODES[error.code];
  if (retry) return CLOSE_TRY_AGAIN_LATER;
  return blame === 'user' && !isRunning ? CLOSE_UNSUPPORTED : CLOSE_INTERNAL;
}

const REASON_BYTES_MAX = 123;
const ELLIPSIS = '...';

/**
 * The text cut to what fits a close frame, 123 bytes of UTF-8, ending in dots if something is
 * missing.
 */
export function closeReason(message: string): string {
  if (Buffer.byteLength(message) <= REASON_BYTES_MAX) return message;
  let reason = '';
  let size = ELLIPSIS.length;
  for (const character of message) {
    size += Buffer.byteLength(character);
    if (size > REASON_BYTES_MAX) break;
    reason += character;
  }
  return reason + ELLIPSIS;
}
