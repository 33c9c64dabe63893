import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Entity } from './entities.ts';
import { parseJson, type JsonValue } from './exact-json.ts';

export * from './live-client.ts';

const DELIMITED = 'application/vnd.ksqlapi.delimited.v1';
const JSON_TYPE = 'application/json';

/** Session properties by name, as SET would set them. */
export type ClientProperties = Readonly<Record<string, string | number | boolean | null>>;

/** What may go along with a statement. */
export interface ClientOptions {
  readonly properties?: ClientProperties;
  /** Session variables by name, as DEFINE would set them. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Aborting it closes the connection, which ends a running query at the server. */
  readonly signal?: AbortSignal;
}

/** What a query answers before its first row. */
export interface QueryHeader {
  readonly kind: 'header';
  readonly queryId: string;
  readonly columnNames: readonly string[];
  /** SQL types, such as `BIGINT` or `ARRAY<STRING>`; as many as names. */
  readonly columnTypes: readonly string[];
}

/** Rows that arrived together; at least one. */
export interface QueryRows {
  readonly kind: 'rows';
  readonly rows: readonly QueryRow[];
}

/** One row of a query. */
export class QueryRow {
  /** The row as it was sent: a JSON array with every digit of every number. */
  readonly json: string;

  constructor(json: string) {
    this.json = json;
  }

  /** The values in column order; parsed anew by every call. See `parseJson` for numbers. */
  values(): readonly JsonValue[] {
    return parseJson(this.json) as readonly JsonValue[];
  }
}

/** All of a query that ends by itself. */
export interface QueryAnswer {
  readonly header: QueryHeader;
  readonly rows: readonly (readonly JsonValue[])[];
}

/** What GET /info tells about a server. */
export interface ServerInformation {
  readonly version: string;
  readonly serverStatus: string;
}

/** The server understood the request and refused it, or failed doing it. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP status of the answer; 200 when the error came in the middle of a stream. */
  readonly httpStatus: number;
  /** `error_code` of the body, such as 40001; the HTTP status times 100 when there was none. */
  readonly code: number;
  readonly statementText: string | null;
  /** Entities of the statements of the same request that ran before the one that failed. */
  readonly entities: readonly Entity[];

  constructor(message: string, details: Omit<ApiError, keyof Error>) {
    super(message);
    this.httpStatus = details.httpStatus;
    this.code = details.code;
    this.statementText = details.statementText;
    this.entities = details.entities;
  }
}

/** No answer, or only half of one: the server cannot be reached, or went away. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}

/**
 * Speaks the REST API of one server over HTTP/1.1 with kept-alive connections.
 *
 * It uses Node's own http module rather than `fetch`, because `fetch` gives up on a response that is silent for
 * five minutes, and a push query may rightly be silent for days.
 */
export class MillraceClient {
  readonly #base: URL;
  readonly #token: string | undefined;
  readonly #agent: HttpAgent;
  readonly #closing = new AbortController();

  /**
   * @param url such as `http://localhost:8088`; a user and password in it are sent as basic authentication.
   * @param token sent as a bearer token.
   * @throws TypeError when it is not an http or https URL.
   */
  constructor(url: string, { token }: { readonly token?: string | undefined } = {}) {
    const base = URL.canParse(url) ? new URL(url) : null;
    if (base === null || !/^https?:$/.test(base.protocol)) {
      throw new TypeError(
        `The server's address must be a URL such as http://localhost:8088; found "${url}".`,
      );
    }
    this.#base = base;
    this.#token = token;
    const options = { keepAlive: true };
    this.#agent = base.protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options);
  }

  /** Scheme, host and port; never a password. */
  get url(): string {
    return this.#base.origin;
  }

  /**
   * Runs statements other than SELECT and PRINT, in order.
   * @returns their entities; INSERT VALUES has none.
   * @throws ApiError, ConnectionError
   */
  async execute(sql: string, options: ClientOptions = {}): Promise<readonly Entity[]> {
    const { properties = {}, variables } = options;
    const body = { ksql: sql, streamsProperties: properties, sessionVariables: variables };
    const response = await this.#post({ path: '/ksql', body, accept: JSON_TYPE, options });
    return this.#parse(await this.#text(response)) as readonly Entity[];
  }

  /**
   * Runs one SELECT: yields its header, then rows as they arrive. Leaving the loop, or aborting the signal, ends
   * the query at the server; after an abort the iteration just ends.
   * @throws ApiError also in the middle, ConnectionError
   */
  async *query(
    sql: string,
    options: ClientOptions = {},
  ): AsyncGenerator<QueryHeader | QueryRows, void, void> {
    for await (const lines of this.#stream(sql, options)) {
      let rows: QueryRow[] = [];
      for (const line of lines) {
        if (line.startsWith('[')) {
          rows.push(new QueryRow(line));
          continue;
        }
        if (rows.length > 0) yield { kind: 'rows', rows };
        rows = [];
        yield this.#header(line);
      }
      if (rows.length > 0) yield { kind: 'rows', rows };
    }
  }

  /**
   * Runs one SELECT that ends by itself (a pull query, or a push query with LIMIT) and returns all of it.
   * @throws ApiError, ConnectionError
   */
  async collect(sql: string, options: ClientOptions = {}): Promise<QueryAnswer> {
    let header: QueryHeader | null = null;
    const rows: (readonly JsonValue[])[] = [];
    for await (const event of this.query(sql, options)) {
      if (event.kind === 'header') header = event;
      else for (const row of event.rows) rows.push(row.values());
    }
    if (header === null) throw this.#lost('the answer had no header');
    return { header, rows };
  }

  /**
   * Runs one PRINT: yields the lines, those that arrived together as one array.
   * @throws ApiError, ConnectionError
   */
  async *print(
    sql: string,
    options: ClientOptions = {},
  ): AsyncGenerator<readonly string[], void, void> {
    for await (const lines of this.#stream(sql, options)) {
      for (const line of lines) if (isErrorObject(line)) throw this.#refusal(200, line);
      yield lines;
    }
  }

  /**
   * Ends a query that may have been started by someone else.
   * @throws ApiError when no such query runs, ConnectionError
   */
  async closeQuery(queryId: string): Promise<void> {
    const request = { path: '/close-query', body: { queryId }, accept: JSON_TYPE, options: {} };
    await this.#text(await this.#post(request));
  }

  /** @throws ApiError, ConnectionError */
  async information(): Promise<ServerInformation> {
    const request = { method: 'GET', path: '/info', body: null, accept: JSON_TYPE, options: {} };
    const answer = this.#parse(await this.#text(await this.#send(request)));
    const { KsqlServerInfo: information } = answer as { KsqlServerInfo?: ServerInformation };
    if (information === undefined) throw this.#lost('GET /info answered something else');
    return information;
  }

  /**
   * Calls an endpoint that takes and answers JSON, such as those under /v1/.
   * @param body null: GET. @param headers sent along.
   * @throws ApiError, ConnectionError
   */
  async call<Answer>(
    path: string,
    body: object | null,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const method = body === null ? 'GET' : 'POST';
    const request = { method, path, body, accept: JSON_TYPE, options: {}, headers };
    return this.#parse(await this.#text(await this.#send(request))) as Answer;
  }

  /** Ends running queries and closes the connections. Idempotent. */
  close(): void {
    this.#closing.abort();
    this.#agent.destroy();
  }

  async *#stream(sql: string, options: ClientOptions): AsyncGenerator<string[], void, void> {
    const { properties = {}, variables } = options;
    const body = { sql, properties, sessionVariables: variables };
    const signal = AbortSignal.any([
      this.#closing.signal,
      ...(options.signal ? [options.signal] : []),
    ]);
    try {
      const request = { path: '/query-stream', body, accept: DELIMITED, options: { signal } };
      yield* this.#lines(await this.#post(request));
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** Whole lines without their ends, empty ones dropped; those of one chunk together. */
  async *#lines(response: IncomingMessage): AsyncGenerator<string[], void, void> {
    let rest = '';
    for await (const chunk of this.#chunks(response)) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      const whole = lines.filter((line) => line.trim() !== '');
      if (whole.length > 0) yield whole;
    }
    if (rest.trim() !== '') yield [rest];
  }

  async *#chunks(response: IncomingMessage): AsyncGenerator<string, void, void> {
    response.setEncoding('utf8');
    try {
      for await (const chunk of response) yield chunk as string;
    } catch (error) {
      throw this.#lost(reasonOf(error), error);
    }
  }

  async #text(response: IncomingMessage): Promise<string> {
    let text = '';
    for await (const chunk of this.#chunks(response)) text += chunk;
    return text;
  }

  #post(request: Omit<ApiRequest, 'method'>): Promise<IncomingMessage> {
    return this.#send({ method: 'POST', ...request });
  }

  /** Resolves with the head of a successful answer; throws what an unsuccessful one says. */
  async #send(request: ApiRequest): Promise<IncomingMessage> {
    const response = await this.#exchange(request);
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) return response;
    throw this.#refusal(status, await this.#text(response));
  }

  #exchange({
    method,
    path,
    body,
    accept,
    options,
    headers,
  }: ApiRequest): Promise<IncomingMessage> {
    const bytes = body === null ? null : Buffer.from(JSON.stringify(body));
    const request = this.#base.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const outgoing = request(new URL(path, this.#base), {
        method,
        agent: this.#agent,
        headers: {
          ...headers,
          accept,
          ...(this.#token !== undefined && { authorization: `Bearer ${this.#token}` }),
          ...(bytes && { 'content-type': JSON_TYPE, 'content-length': bytes.byteLength }),
        },
        ...(options.signal && { signal: options.signal }),
      });
      outgoing.on('response', resolve);
      outgoing.on('error', (error) => reject(this.#unreachable(error)));
      outgoing.end(bytes ?? undefined);
    });
  }

  #header(line: string): QueryHeader {
    if (isErrorObject(line)) throw this.#refusal(200, line);
    const { queryId, columnNames, columnTypes } = this.#parse(line) as Omit<QueryHeader, 'kind'>;
    return { kind: 'header', queryId, columnNames, columnTypes };
  }

  #refusal(httpStatus: number, text: string): ApiError {
    const body = errorBody(text);
    return new ApiError(body.message ?? `${this.url} answered status ${httpStatus}: ${text}`, {
      httpStatus,
      code: body.error_code ?? httpStatus * 100,
      statementText: body.statementText ?? null,
      entities: body.entities ?? [],
    });
  }

  #parse(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw this.#lost('the answer is not JSON', cause);
    }
  }

  #unreachable(cause: Error): ConnectionError {
    return new ConnectionError(
      `No answer from ${this.url}: ${reasonOf(cause)}. ` +
        'Is a server running there? `millrace server` starts one.',
      { cause },
    );
  }

  #lost(reason: string, cause?: unknown): ConnectionError {
    return new ConnectionError(`The answer of ${this.url} broke off: ${reason}.`, { cause });
  }
}

interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly body: object | null;
  readonly accept: string;
  readonly options: ClientOptions;
  readonly headers?: Readonly<Record<string, string>>;
}

interface ErrorBody {
  readonly message?: string;
  readonly error_code?: number;
  readonly statementText?: string;
  readonly entities?: readonly Entity[];
}

function isErrorObject(line: string): boolean {
  return /^\{\s*"@type"\s*:\s*"(generic|statement)_error"/.test(line);
}

/** The members of an error body; none when it is something else, such as a proxy's page. */
function errorBody(text: string): ErrorBody {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? body : {};
  } catch {
    return {};
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was closed',
  ENOTFOUND: 'the host name is unknown',
  EHOSTUNREACH: 'the host cannot be reached',
  ETIMEDOUT: 'the connection timed out',
};

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code !== undefined && REASONS[code]) || message || code || 'the connection failed';
}
