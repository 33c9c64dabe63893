import type { PullPlan } from '../analyze/pull.ts';
import { DatabaseError } from '../base/errors.ts';
import type { QueryBatch, QueryColumn, QueryResult } from '../engine.ts';
import type { Row } from '../sql/types.ts';
import type { StoreSnapshot } from '../state/store.ts';
import type { PreparedPull } from './prepared-pull.ts';

const ROWS_MAX = 100_000;
const TIMEOUT_MS = 30_000;

export interface PullQueryOptions {
  readonly queryId: string;
  readonly prepared: PreparedPull;
  readonly plan: PullPlan;
  onClose(): void;
}

/**
 * One run of a pull query on a table: reads one snapshot of the state store, which is the state of all queries at one
 * tick. Keys are looked up in the order of the WHERE clause; scans go partition by partition in key order.
 */
export class PullQuery implements QueryResult {
  readonly kind = 'pull';
  readonly closable = false;
  readonly finalMessage = null;
  readonly queryId: string;
  readonly #options: PullQueryOptions;
  #rows: AsyncIterator<Row[]> | null = null;
  #snapshot: StoreSnapshot | null = null;
  #left: number;
  #read = 0;
  readonly #deadline: number;
  #closed = false;

  constructor(options: PullQueryOptions) {
    this.#options = options;
    this.queryId = options.queryId;
    const { limit, services } = options.prepared;
    this.#left = limit ?? Infinity;
    this.#deadline = services.clock.monotonic() + TIMEOUT_MS;
  }

  get columns(): readonly QueryColumn[] {
    return this.#options.prepared.columns;
  }

  async next(): Promise<QueryBatch | null> {
    while (!this.#closed && this.#left > 0) {
      const found = this.#read === 0 && this.#rows === null ? this.#only() : null;
      const batch = found ?? (await this.#more());
      if (batch === null) break;
      const rows = batch.length > this.#left ? batch.slice(0, this.#left) : batch;
      this.#left = found === null ? this.#left - rows.length : 0;
      if (rows.length > 0) return { kind: 'rows', rows, tombstones: null };
    }
    await this.close();
    return null;
  }

  /** The answer of a query for one key without windows, which takes no snapshot and no waiting; else null. */
  #only(): Row[] | null {
    const { plan, prepared } = this.#options;
    return prepared.isSingle(plan) ? prepared.single(plan) : null;
  }

  async #more(): Promise<Row[] | null> {
    this.#rows ??= this.#results();
    const { value, done } = await this.#rows.next();
    return done === true ? null : (value as Row[]);
  }

  async *#results(): AsyncGenerator<Row[]> {
    const { plan, prepared } = this.#options;
    this.#snapshot = prepared.services.store.snapshot();
    for await (const changes of prepared.table.read(plan, this.#snapshot)) {
      this.#read += changes.length;
      this.#checkBounds();
      yield prepared.results(changes);
    }
  }

  #checkBounds(): void {
    const tooMany = this.#read > ROWS_MAX;
    const { clock } = this.#options.prepared.services;
    if (!tooMany && clock.monotonic() < this.#deadline) return;
    const what = tooMany ? `${ROWS_MAX} rows` : `${TIMEOUT_MS / 1000} seconds`;
    throw new DatabaseError(
      'QUERY_TOO_LARGE',
      `The pull query read for more than ${what}. Ask for keys in the WHERE clause, or use a push query.`,
    );
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#rows !== null) await this.#rows.return?.();
    await this.#snapshot?.close();
    this.#options.onClose();
  }
}
