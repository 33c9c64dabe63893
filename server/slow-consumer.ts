import type { QueryResult } from '../src/engine.ts';
import { type ErrorBody, genericError } from './errors.ts';
import type { ServerContext } from './server-context.ts';

/** Why a client that does not read is closed. */
export const SLOW_CONSUMER = 'SLOW_CONSUMER: rows were not read as fast as they came';

const ERROR_CODE = 42900;

/** The last thing a client is told that did not read: why there is no more, and where to go on. */
export type SlowConsumerBody = ErrorBody & { readonly continuationToken?: string };

/** @param token behind what was sent; null: the query cannot go on. */
export function slowConsumerBody(token: string | null): SlowConsumerBody {
  const body = genericError(ERROR_CODE, SLOW_CONSUMER);
  return token === null ? body : { ...body, continuationToken: token };
}

/** Notes it in the log. */
export function warnSlowConsumer(
  { queryId }: QueryResult,
  { logger, limits }: ServerContext,
): void {
  const { stallTimeoutMs } = limits;
  logger.warn(
    { queryId, stallTimeoutMs },
    'SLOW_CONSUMER: closed a client that did not read what it was sent',
  );
}

/**
 * What the result of a push query still has for a client that is closed. Tokens stand behind whole batches, so a client
 * that stalls within one is given the rest of it too.
 */
export class LastWords {
  readonly #result: QueryResult;
  /** Of the batch that is being sent; null between batches. */
  #rest: (() => Iterable<string>) | null = null;

  constructor(result: QueryResult) {
    this.#result = result;
  }

  /**
   * A batch is about to be sent.
   * @param rest what is still to be written of it, at the time it is called.
   */
  begin(rest: () => Iterable<string>): void {
    this.#rest = rest;
  }

  /** All of it was handed over. */
  end(): void {
    this.#rest = null;
  }

  /**
   * The rest of the batch, then what `ending` says. Nothing is sent by others afterwards.
   * @param ending is given the token behind the batch.
   */
  say(ending: (token: string | null) => string): Iterable<string> {
    // No batch is asked for before the one before it is sent, so that the query stands behind this one.
    return concatenated(this.#rest?.() ?? [], ending(this.#result.continuation ?? null));
  }
}

function* concatenated(rest: Iterable<string>, last: string): Generator<string> {
  yield* rest;
  yield last;
}
