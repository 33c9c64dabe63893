import { DatabaseError } from '../src/base/errors.ts';
import type { Logger } from '../src/base/logger.ts';
import type { QueryResult } from '../src/engine.ts';
import { stopping } from './admission.ts';
import type { ServerLimits } from './limits.ts';

/**
 * The queries that answer clients right now, over HTTP and WebSocket together, and how many there
 * may be.
 */
export class QueryRegistry {
  readonly #limits: ServerLimits;
  readonly #logger: Logger;
  readonly #running = new Set<QueryResult>();
  #pushCount = 0;
  #closing = false;

  constructor(limits: ServerLimits, logger: Logger) {
    this.#limits = limits;
    this.#logger = logger;
  }

  /** Push and PRINT queries that are running. */
  get pushCount(): number {
    return this.#pushCount;
  }

  /** Pull queries that are running. */
  get pullCount(): number {
    return this.#running.size - this.#pushCount;
  }

  /**
   * Counts a query that was just started; `remove` it when it has ended.
   * @throws DatabaseError STOPPING, TOO_MANY_PUSH_QUERIES or TOO_MANY; the query is then not
   *   counted.
   */
  add(result: QueryResult): void {
    if (this.#closing) throw stopping();
    if (isPush(result)) {
      if (this.#pushCount >= this.#limits.pushQueryCountMax) {
        throw new DatabaseError(
          'TOO_MANY_PUSH_QUERIES',
          `This server is running ${this.#pushCount} push queries, as many as it may. Close one, or try again later.`,
        );
      }
      this.#pushCount++;
    } else if (this.pullCount >= this.#limits.pullQueryCountMax) {
      throw new DatabaseError(
        'TOO_MANY',
        `This server is answering ${this.pullCount} pull queries, as many as it may at a time. Try again in a moment.`,
      );
    }
    this.#running.add(result);
  }

  /**
   * Closes the query and, if it was counted, no longer counts it. Does not throw: nobody is left to
   * be told.
   */
  async remove(result: QueryResult): Promise<void> {
    if (this.#running.delete(result) && isPush(result)) this.#pushCount--;
    await this.#close(result);
  }

  /** Closes all queries and lets no more in; each answer then ends the way its shape wants. */
  async closeAll(): Promise<void> {
    this.#closing = true;
    await Promise.all([...this.#running].map((result) => this.#close(result)));
  }

  async #close(result: QueryResult): Promise<void> {
    try {
      await result.close();
    } catch (error) {
      this.#logger.error({ err: error, queryId: result.queryId }, 'a query could not be closed');
    }
  }
}

function isPush(result: QueryResult): boolean {
  return result.kind !== 'pull';
}
