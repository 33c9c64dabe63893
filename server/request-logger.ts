import type { Logger } from '../src/base/logger.ts';

/** The logger, with the name of a request in each line. */
export function requestLogger(logger: Logger, requestId: string): Logger {
  return {
    debug: (fields, message) => logger.debug({ requestId, ...fields }, message),
    info: (fields, message) => logger.info({ requestId, ...fields }, message),
    warn: (fields, message) => logger.warn({ requestId, ...fields }, message),
    error: (fields, message) => logger.error({ requestId, ...fields }, message),
  };
}
