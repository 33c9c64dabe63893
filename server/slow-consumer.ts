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

/** What is left of a batch, and the token behind that. */
export interface Unsent {
  readonly rest: Iterable<string>;
  readonly token: string | null;
}

/** The rest of a batch, then what `ending` says. */
export function* lastWords(
  { rest, token }: Unsent,
  ending: (token: string | null) => string,
): Generator<string> {
  yield* rest;
  yield ending(token);
}

/**
 * How far the result of a push query has been sent. Tokens stand behind whole batches, so a client that stalls within
 * one is given the rest of it too where it can be had; else it gets what was sent of the batch again when it goes on.
 */
export class SentSoFar {
  #token: string | null;
  #underWay: { readonly token: string | null; readonly rest: () => Iterable<string> } | null = null;

  /** @param token where the query begins. */
  constructor(token: string | null) {
    this.#token = token;
  }

  /**
   * A batch is about to be sent.
   * @param token behind it.
   * @param rest what is still to be written of it, at the time it is called.
   */
  begin(token: string | null, rest: () => Iterable<string>): void {
    this.#underWay = { token, rest };
  }

  /** All before the token was handed over. */
  reached(token: string | null): void {
    this.#token = token;
    this.#underWay = null;
  }

  /** What the client is still to be given, and the token behind that. Nothing is sent by others afterwards. */
  finish(): Unsent {
    if (this.#underWay === null) return { rest: [], token: this.#token };
    const { token, rest } = this.#underWay;
    return { rest: rest(), token };
  }
}
