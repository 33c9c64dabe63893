export { LiveConnectionError, LiveError } from './live-errors.ts';
export type { InsertedPosition } from './live-messages.ts';
import type { Entity } from './entities.ts';
import { parseJson, type JsonValue } from './exact-json.ts';
import { LiveConnection, type LiveConnectionOptions } from './live-connection.ts';
import { LiveConnectionError, LiveError } from './live-errors.ts';
import { LiveQuery, type LiveBatch } from './live-query.ts';
import {
  formatMessage,
  type BindableValue,
  type InsertedPosition,
  type ServerMessage,
} from './live-messages.ts';

/** What may go along with a statement. */
export interface LiveOptions {
  /** A value for each `?` of the statement, in order. They are bound as values: no text in them is ever read as SQL. */
  readonly parameters?: readonly BindableValue[];
  /** Session properties by name, such as `auto.offset.reset`. */
  readonly properties?: Readonly<Record<string, string | number | boolean>>;
  /** Session variables by name. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Aborting it ends the query; the iteration then just ends. */
  readonly signal?: AbortSignal;
}

export interface LiveQueryOptions extends LiveOptions {
  /** Where an earlier query of the same text stood: the token of its last batch. */
  readonly resume?: string;
  /** Positions that `insert` has answered: a pull query waits until its answer shows those rows, or fails. */
  readonly after?: readonly InsertedPosition[];
  /** How long it waits, at most 30,000 ms; 5,000 unless given. */
  readonly afterTimeoutMs?: number;
}

/** What a pull query had to wait for did not come in time: whoever asked decides whether to ask again. */
const WAIT_TIMEOUT = 50301;

type Answer = {
  readonly resolve: (message: ServerMessage) => void;
  readonly reject: (error: Error) => void;
};

/**
 * Talks to one server over one WebSocket, in Node and in browsers: statements, inserts, pull queries and any number of push
 * queries. When the connection is lost it is made anew, and push queries with tokens go on behind the last row
 * that was delivered: none is lost and none comes twice.
 */
export class LiveClient {
  readonly #connection: LiveConnection;
  readonly #answers = new Map<string, Answer>();
  readonly #queries = new Map<string, LiveQuery>();
  #count = 0;

  /**
   * @param url of the server, such as `https://db.example:8088`.
   * @throws TypeError when it is no http or https URL.
   */
  constructor(url: string, options: LiveConnectionOptions = {}) {
    this.#connection = new LiveConnection(url, options, {
      opened: () => this.#opened(),
      lost: () => this.#lost(),
      received: (text) => this.#receive(text),
    });
  }

  /**
   * Runs statements other than SELECT and PRINT, in order.
   * @throws LiveError, LiveConnectionError.
   */
  async execute(sql: string, options: LiveOptions = {}): Promise<readonly Entity[]> {
    const { parameters, properties, variables } = options;
    const answer = await this.#ask({ type: 'execute', sql, parameters, properties, variables });
    return answer.type === 'result' ? (answer.entities as unknown as readonly Entity[]) : [];
  }

  /**
   * Inserts rows, objects by column name, into a stream or table; they are on disk when this resolves.
   * @param target upper-cased unless it stands in back-quotes.
   * @returns where each stands.
   * @throws LiveError naming the first row that does not fit; others may be written. LiveConnectionError.
   */
  async insert(
    target: string,
    rows: readonly Readonly<Record<string, unknown>>[],
  ): Promise<readonly InsertedPosition[]> {
    const answer = await this.#ask({ type: 'insert', target, rows });
    return answer.type === 'inserted' ? answer.positions : [];
  }

  /**
   * Runs one SELECT or PRINT and yields its rows in the batches they come in. Leaving the loop ends the query.
   * @throws LiveError; LiveConnectionError when the connection was lost and the query has no token to go on from.
   */
  async *query(sql: string, options: LiveQueryOptions = {}): AsyncGenerator<LiveBatch, void, void> {
    const { signal } = options;
    if (signal?.aborted) return;
    const id = this.#nextId();
    const query = new LiveQuery({
      id,
      sql,
      options,
      send: (message) => this.#connection.send(message),
    });
    this.#queries.set(id, query);
    const abort = (): void => query.end();
    signal?.addEventListener('abort', abort, { once: true });
    try {
      await this.#connection.open();
      query.start();
      for (;;) {
        const batch = await query.next();
        if (batch === null) return;
        yield batch;
      }
    } finally {
      signal?.removeEventListener('abort', abort);
      this.#queries.delete(id);
      query.end();
    }
  }

  /** The same as `query`, a row at a time, as objects by column name; deletions are left out. */
  async *rows<Row extends object = Record<string, JsonValue>>(
    sql: string,
    options: LiveQueryOptions = {},
  ): AsyncGenerator<Row, void, void> {
    for await (const { columns, rows, deleted } of this.query(sql, options)) {
      for (const [index, values] of rows.entries()) {
        if (deleted.includes(index)) continue;
        const row = Object.create(null) as Record<string, JsonValue>;
        columns.forEach(({ name }, position) => (row[name] = values[position] ?? null));
        yield row as Row;
      }
    }
  }

  /** All rows of a query that ends by itself: a pull query, or a push query with LIMIT. */
  async collect<Row extends object = Record<string, JsonValue>>(
    sql: string,
    options: LiveQueryOptions = {},
  ): Promise<Row[]> {
    const rows: Row[] = [];
    for await (const row of this.rows<Row>(sql, options)) rows.push(row);
    return rows;
  }

  /** Ends all queries and the connection. Idempotent. */
  close(): void {
    for (const query of this.#queries.values()) query.end();
    this.#connection.close();
    this.#failAnswers('The client was closed.');
  }

  async #ask(message: object): Promise<ServerMessage> {
    await this.#connection.open();
    const id = this.#nextId();
    return new Promise((resolve, reject) => {
      this.#answers.set(id, { resolve, reject });
      this.#connection.send(formatMessage({ ...message, id }));
    });
  }

  #nextId(): string {
    return String(++this.#count);
  }

  #receive(text: string): void {
    const message = parseJson(text) as unknown as ServerMessage;
    const id = 'id' in message ? (message.id ?? '') : '';
    const query = this.#queries.get(id);
    if (query !== undefined) {
      if (message.type === 'error' && (!message.again || message.code === WAIT_TIMEOUT)) {
        query.fail(errorOf(message));
      } else query.receive(message);
      return;
    }
    const answer = this.#answers.get(id);
    if (answer === undefined) return;
    this.#answers.delete(id);
    if (message.type === 'error') answer.reject(errorOf(message));
    else answer.resolve(message);
  }

  #opened(): void {
    for (const query of this.#queries.values()) query.reopened();
  }

  #lost(): void {
    this.#failAnswers('The connection was lost before the answer came.');
    let mayGoOn = false;
    for (const query of this.#queries.values()) {
      if (query.lost()) mayGoOn = true;
      else
        query.fail(
          new LiveConnectionError('The connection was lost, and with it what the query keeps.'),
        );
    }
    if (mayGoOn) this.#connection.openAgain();
  }

  #failAnswers(reason: string): void {
    for (const { reject } of this.#answers.values()) reject(new LiveConnectionError(reason));
    this.#answers.clear();
  }
}

function errorOf({ message, code, again }: ServerMessage & { type: 'error' }): LiveError {
  return new LiveError(message, { code, again });
}
