import type { JsonValue } from './exact-json.ts';
import { formatMessage, type LiveColumn, type ServerMessage } from './live-messages.ts';
import type { LiveQueryOptions } from './live-client.ts';

/** Rows of a query that arrived together. */
export interface LiveBatch {
  readonly columns: readonly LiveColumn[];
  /** Values in column order; integers beyond 2^53 are bigints. Of PRINT: lines, as rows of one value. */
  readonly rows: readonly (readonly JsonValue[])[];
  /** Indexes of rows that say that a row of the table was deleted: they hold its key. */
  readonly deleted: readonly number[];
  /** Behind these rows: what `resume` takes, in this client or another. Null: the query cannot go on elsewhere. */
  readonly token: string | null;
}

/**
 * How many rows may wait for the reader before the query is stopped until they are read. To go on costs the server work,
 * all that was read before for a query with state, so these are not few.
 */
const WAITING_ROWS_MAX = 10_000;

/**
 * One query of a client: what has arrived of it and where it stands. Rows are handed out only together with the token behind
 * them, so that going on from a token neither loses nor repeats any.
 */
export class LiveQuery {
  readonly #id: string;
  readonly #sql: string;
  readonly #options: LiveQueryOptions;
  readonly #send: (text: string) => void;
  /** Null until it has been started. */
  #columns: readonly LiveColumn[] | null = null;
  #waiting: LiveBatch[] = [];
  /** Rows in them. */
  #waitingRows = 0;
  /** Pieces of a batch whose last piece has not come. */
  #pieces: (ServerMessage & { type: 'rows' })[] = [];
  #token: string | null;
  #state: 'new' | 'asked' | 'running' | 'stopping' | 'stopped' | 'lost' | 'ended' = 'new';
  #error: Error | null = null;
  #wake: (() => void) | null = null;

  constructor(setup: {
    readonly id: string;
    readonly sql: string;
    readonly options: LiveQueryOptions;
    readonly send: (text: string) => void;
  }) {
    this.#id = setup.id;
    this.#sql = setup.sql;
    this.#options = setup.options;
    this.#send = setup.send;
    this.#token = setup.options.resume ?? null;
  }

  /** Asks the server for it, behind the last token; does nothing when it has been asked. */
  start(): void {
    if (!['new', 'stopped', 'lost'].includes(this.#state)) return;
    const { parameters, properties, variables, after, afterTimeoutMs } = this.#options;
    const resume = this.#token ?? undefined;
    const message = { type: 'query', id: this.#id, sql: this.#sql, after, afterTimeoutMs };
    this.#state = 'asked';
    this.#send(formatMessage({ ...message, parameters, properties, variables, resume }));
  }

  /** A connection is open again. */
  reopened(): void {
    if (this.#state === 'lost') this.start();
  }

  /**
   * The connection was lost.
   * @returns whether the query can go on over another one.
   */
  lost(): boolean {
    if (this.#state === 'ended') return false;
    // Nothing has come of it: it begins anew, and nobody can tell.
    const isFresh = this.#columns === null;
    this.#pieces = [];
    if (this.#token === null && !isFresh) return false;
    this.#state = 'lost';
    return true;
  }

  receive(message: ServerMessage): void {
    switch (message.type) {
      case 'started':
        if (this.#state === 'ended') return;
        this.#columns = message.columns;
        this.#token = message.token;
        this.#state = 'running';
        return;
      case 'rows':
        if (this.#state === 'running') this.#take(message);
        return;
      case 'ended':
        this.#end(message);
        return;
      case 'error':
        // It may work later: the connection is closed by the server, or the query is asked for again when it is read.
        if (this.#state !== 'ended') this.#state = 'stopped';
        this.#wake?.();
        return;
      default:
    }
  }

  /** The next batch; null when the query has ended. One reader only. */
  async next(): Promise<LiveBatch | null> {
    for (;;) {
      const batch = this.#waiting.shift();
      if (batch !== undefined) {
        this.#waitingRows -= batch.rows.length;
        return batch;
      }
      if (this.#error !== null) throw this.#error;
      if (this.#state === 'ended') return null;
      if (this.#state === 'stopped') {
        await pause();
        if (this.#state === 'stopped') this.start();
        continue;
      }
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** It failed; what has arrived is still handed out. */
  fail(error: Error): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#error = error;
    this.#wake?.();
  }

  /** The reader has left. */
  end(): void {
    if (this.#state === 'asked' || this.#state === 'running') {
      this.#send(formatMessage({ type: 'stop', id: this.#id }));
    }
    this.#state = 'ended';
    this.#wake?.();
  }

  #take(message: ServerMessage & { type: 'rows' }): void {
    this.#pieces.push(message);
    if (message.more === true) return;
    const rows: (readonly JsonValue[])[] = [];
    const deleted: number[] = [];
    for (const piece of this.#pieces) {
      for (const index of piece.deleted ?? []) deleted.push(rows.length + index);
      for (const row of piece.rows ?? []) rows.push(row);
      for (const line of piece.lines ?? []) rows.push([line]);
    }
    this.#pieces = [];
    this.#token = message.token;
    this.#waiting.push({ columns: this.#columns ?? [], rows, deleted, token: message.token });
    this.#wake?.();
    this.#waitingRows += rows.length;
    if (message.token === null || this.#waitingRows < WAITING_ROWS_MAX) return;
    // The reader is slow: the log waits for it better than this memory does.
    this.#state = 'stopping';
    this.#send(formatMessage({ type: 'stop', id: this.#id }));
  }

  #end({ again }: ServerMessage & { type: 'ended' }): void {
    if (this.#state === 'stopping') this.#state = 'stopped';
    // The server shuts down: the end of the connection comes next.
    else if (again) return;
    else this.#state = 'ended';
    this.#wake?.();
  }
}

const PAUSE_MS = 50;

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}
