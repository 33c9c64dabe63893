import type { Clock, FileSystem } from '../base/env.ts';
import { DatabaseError } from '../base/errors.ts';
import {
  answerWithin,
  basicLogin,
  failureOf,
  type Fetch,
  parseJson,
  readUpTo,
  readWhole,
  withoutLogin,
} from '../base/http-client.ts';
import { redact } from '../base/redact.ts';
import { type ConnectSettings, readCredentials } from './connect-settings.ts';

/** What Kafka Connect answered: what was asked for, or why not. */
export type ConnectResponse =
  | { readonly kind: 'found'; readonly body: unknown }
  | { readonly kind: 'refused'; readonly status: number; readonly message: string };

export interface ConnectRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Begins with a slash; its parts are encoded by {@link pathPart}. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: object;
}

const ANSWER_BYTES_MAX = 16 * 1024 * 1024;
const REFUSAL_BYTES_MAX = 64 * 1024;
const MESSAGE_LENGTH_MAX = 1_000;
const REQUESTS_MAX = 32;
const ATTEMPTS_MAX = 3;
/** Doubled from attempt to attempt. */
const PAUSE_MS = 200;
/** What tells that a request never arrived, so that a change cannot be made twice. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** Requests to the REST API of Kafka Connect: bounded in time, size and number, tried again where that can help. */
export class ConnectHttp {
  readonly #settings: ConnectSettings;
  readonly #url: URL;
  readonly #clock: Clock;
  readonly #files: FileSystem;
  readonly #fetch: Fetch;
  #authorization: string | null;
  #requestCount = 0;

  constructor(
    settings: ConnectSettings,
    { clock, files, fetch = globalThis.fetch }: { clock: Clock; files: FileSystem; fetch?: Fetch },
  ) {
    this.#settings = settings;
    this.#clock = clock;
    this.#files = files;
    this.#fetch = fetch;
    const { url, userInfo } = withoutLogin(new URL(settings.url));
    this.#authorization = userInfo === null ? null : basicLogin(userInfo);
    this.#url = url;
  }

  /** Where it is, without credentials. */
  get place(): string {
    return this.#url.href.replace(/\/$/, '');
  }

  /**
   * Asks once, and again after a failure that may pass: what only reads after any, a change while Connect is busy
   * (409) or when it cannot have heard of it.
   * @throws DatabaseError CONNECT_FAILED when no answer of use came, TOO_MANY beyond 32 requests at a time.
   */
  async request(request: ConnectRequest): Promise<ConnectResponse> {
    if (this.#requestCount >= REQUESTS_MAX) {
      throw new DatabaseError(
        'TOO_MANY',
        `${REQUESTS_MAX} requests to Kafka Connect are under way. Try again in a moment.`,
      );
    }
    this.#requestCount++;
    try {
      const authorization = await this.#credentials();
      for (let attempt = 1; ; attempt++) {
        const outcome = await this.#once(request, authorization);
        if (attempt === ATTEMPTS_MAX || !mayTryAgain(request, outcome))
          return this.#finish(outcome);
        await this.#pause(PAUSE_MS * 2 ** (attempt - 1));
      }
    } finally {
      this.#requestCount--;
    }
  }

  #finish(outcome: ConnectResponse | Failure): ConnectResponse {
    if (outcome.kind !== 'failed') return outcome;
    throw new DatabaseError(
      'CONNECT_FAILED',
      `Kafka Connect at ${this.place} cannot be used: ${outcome.reason}. Check ksql.connect.url and that it runs.`,
    );
  }

  async #credentials(): Promise<string | null> {
    const { credentialsPath, reloadsCredentials } = this.#settings;
    if (credentialsPath === null) return this.#authorization;
    if (this.#authorization === null || reloadsCredentials) {
      this.#authorization = await readCredentials(credentialsPath, this.#files);
    }
    return this.#authorization;
  }

  async #once(
    { method, path, body }: ConnectRequest,
    authorization: string | null,
  ): Promise<ConnectResponse | Failure> {
    try {
      return await answerWithin(this.#settings.timeoutMs, this.#clock, async (signal) =>
        understand(
          await this.#fetch(`${this.place}${path}`, {
            method,
            headers: {
              accept: 'application/json',
              ...(body === undefined ? {} : { 'content-type': 'application/json' }),
              ...(authorization === null ? {} : { authorization }),
            },
            body: body === undefined ? null : JSON.stringify(body),
            // Elsewhere the credentials are nobody's business.
            redirect: 'manual',
            signal,
          }),
        ),
      );
    } catch (error) {
      const { reason, code } = failureOf(error);
      return { kind: 'failed', reason, wasSent: code === null || !NOT_SENT.has(code) };
    }
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.#clock.after(delayMs, resolve));
  }
}

/** A request that was not answered, or not with JSON of a sane size. */
interface Failure {
  readonly kind: 'failed';
  readonly reason: string;
  readonly wasSent: boolean;
}

/**
 * A name as one part of a path. The two names that paths give a meaning of their own, and those that are no text, cannot
 * be said in a path at all.
 * @throws DatabaseError BAD_STATEMENT for those.
 */
export function pathPart(name: string): string {
  if (/^\.{0,2}$/.test(name) || !name.isWellFormed()) {
    throw new DatabaseError('BAD_STATEMENT', `Kafka Connect knows nothing by the name '${name}'.`);
  }
  return encodeURIComponent(name);
}

function mayTryAgain({ method }: ConnectRequest, outcome: ConnectResponse | Failure): boolean {
  switch (outcome.kind) {
    case 'found':
      return false;
    case 'refused':
      // 409: it is dividing up its work; or there is such a connector, which a repetition does not change.
      if (outcome.status === 409) return !/already exists/i.test(outcome.message);
      return outcome.status >= 500 && reads(method);
    case 'failed':
      return reads(method) || !outcome.wasSent;
  }
}

/** Validation is a PUT that changes nothing. */
function reads(method: ConnectRequest['method']): boolean {
  return method === 'GET' || method === 'PUT';
}

async function understand(response: Response): Promise<ConnectResponse> {
  const { status } = response;
  if (status >= 200 && status < 300) {
    const text = await readWhole(response, ANSWER_BYTES_MAX);
    if (text === '') return { kind: 'found', body: null };
    const body = parseJson(text);
    if (body === undefined) throw new Error('its answer is not JSON');
    return { kind: 'found', body };
  }
  const { text } = await readUpTo(response, REFUSAL_BYTES_MAX);
  return { kind: 'refused', status, message: messageOf(text, status) };
}

/** Connect says `{error_code, message}`; a proxy in front of it may say anything. */
function messageOf(text: string, status: number): string {
  const { message } = (parseJson(text) ?? {}) as { message?: unknown };
  const said = redact(typeof message === 'string' ? message : text).trim();
  if (said === '') return `it answered ${status}`;
  return said.length <= MESSAGE_LENGTH_MAX ? said : `${said.slice(0, MESSAGE_LENGTH_MAX)}...`;
}
