import type { QueryResult, Row } from '../src/index.ts';

/** Reads a push query in the background and hands on its rows as they come. */
export class Follower {
  readonly #query: QueryResult;
  readonly #onRow: (row: Row) => void;
  readonly #running: Promise<void>;
  #count = 0;
  #grown = Promise.withResolvers<void>();

  constructor(query: QueryResult, onRow: (row: Row) => void) {
    this.#query = query;
    this.#onRow = onRow;
    this.#running = this.#run();
    // Whoever waits for rows, or closes, learns of a failure.
    this.#running.catch(() => {});
  }

  async #run(): Promise<void> {
    for (;;) {
      const batch = await this.#query.next();
      if (batch === null) return;
      if (batch.kind !== 'rows') continue;
      for (const row of batch.rows) this.#onRow(row);
      this.#count += batch.rows.length;
      this.#grown.resolve();
      this.#grown = Promise.withResolvers();
    }
  }

  /**
   * Resolves when that many rows have come since the query began.
   * @throws Error when the query failed, or ended before.
   */
  async reach(count: number): Promise<void> {
    const ended = this.#running.then(() => 'ended' as const);
    while (this.#count < count) {
      if ((await Promise.race([ended, this.#grown.promise])) !== 'ended') continue;
      throw new Error(`The query ended after ${this.#count} rows; expected ${count}.`);
    }
  }

  /**
   * Ends the query.
   * @throws Error when it had failed.
   */
  async close(): Promise<void> {
    await this.#query.close();
    await this.#running;
  }
}
