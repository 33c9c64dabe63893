import { DatabaseError } from '../base/errors.ts';
import type { Clock } from '../base/env.ts';
import {
  answerWithin,
  basicLogin,
  failureOf,
  type Fetch,
  parseJson,
  readWhole,
  withoutLogin,
} from '../base/http-client.ts';

/** Where another registry is and how to talk to it: what the settings say. */
export interface RemoteRegistrySettings {
  /** One or several, of the same registry; tried in turn. */
  readonly urls: readonly string[];
  /** `user:password`, sent as basic authentication. Never logged or shown. */
  readonly userInfo?: string | undefined;
  /** How long an answer may take, ms. Default: 10 s. */
  readonly timeoutMs?: number;
}

/** What a registry answered: what was asked for, or that there is no such thing. */
export type RegistryResponse =
  | { readonly kind: 'found'; readonly body: unknown }
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly code: number;
      readonly message: string;
    };

const TIMEOUT_MS = 10_000;
const ATTEMPTS_MAX = 3;
const ANSWER_BYTES_MAX = 4 * 1024 * 1024;
const MEDIA_TYPE = 'application/vnd.schemaregistry.v1+json';

/** Requests to another schema registry: bounded in time and size, tried again where that can help. */
export class RegistryHttp {
  readonly #urls: readonly URL[];
  readonly #authorization: string | null;
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  readonly #fetch: Fetch;
  /** The one that answered last. */
  #current = 0;

  /** @throws DatabaseError BAD_REQUEST for what is no address of HTTP. */
  constructor(
    settings: RemoteRegistrySettings,
    { clock, fetch = globalThis.fetch }: { clock: Clock; fetch?: Fetch },
  ) {
    const parsed = settings.urls.map(parseUrl);
    const [first] = parsed;
    if (first === undefined) throw new DatabaseError('BAD_REQUEST', 'No registry URL is given.');
    this.#urls = parsed.map(({ url }) => url);
    const credentials = settings.userInfo ?? first.userInfo;
    this.#authorization = credentials === null ? null : basicLogin(credentials);
    this.#timeoutMs = settings.timeoutMs ?? TIMEOUT_MS;
    this.#clock = clock;
    this.#fetch = fetch;
  }

  /** Where it is, without credentials. */
  get place(): string {
    return this.#urls.map(({ href }) => href.replace(/\/$/, '')).join(', ');
  }

  /**
   * @param path begins with a slash; its parts are encoded.
   * @throws DatabaseError WAIT_TIMEOUT when no answer of use came, FORBIDDEN when the credentials are refused.
   */
  async request(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: object,
  ): Promise<RegistryResponse> {
    let failure = 'there was no answer';
    for (let attempt = 0; attempt < Math.max(ATTEMPTS_MAX, this.#urls.length); attempt++) {
      const index = (this.#current + attempt) % this.#urls.length;
      const url = this.#urls[index] as URL;
      try {
        const response = await this.#once(url, { method, path, body });
        if (response.kind === 'refused' && response.status >= 500) {
          failure = `it answered ${response.status} ${response.message}`;
          continue;
        }
        this.#current = index;
        return response;
      } catch (error) {
        if (error instanceof DatabaseError) throw error;
        failure = failureOf(error).reason;
      }
    }
    throw new DatabaseError(
      'WAIT_TIMEOUT',
      `The schema registry at ${this.place} cannot be used: ${failure}. Check its URL and that it runs.`,
    );
  }

  async #once(
    url: URL,
    { method, path, body }: { method: string; path: string; body: object | undefined },
  ): Promise<RegistryResponse> {
    return answerWithin(this.#timeoutMs, this.#clock, async (signal) => {
      const response = await this.#fetch(`${url.href.replace(/\/$/, '')}${path}`, {
        method,
        headers: {
          accept: `${MEDIA_TYPE}, application/json; q=0.5`,
          ...(body === undefined ? {} : { 'content-type': MEDIA_TYPE }),
          ...(this.#authorization === null ? {} : { authorization: this.#authorization }),
        },
        body: body === undefined ? null : JSON.stringify(body),
        signal,
      });
      return this.#understand(response.status, await readWhole(response, ANSWER_BYTES_MAX));
    });
  }

  #understand(status: number, text: string): RegistryResponse {
    if (status === 401 || status === 403) {
      throw new DatabaseError(
        'FORBIDDEN',
        `The schema registry at ${this.place} refuses the credentials (${status}). Check the user and the password in the settings.`,
      );
    }
    const body = parseJson(text);
    if (status < 300) {
      if (body !== undefined) return { kind: 'found', body };
      throw new Error('its answer is not JSON');
    }
    const { error_code: code, message } = (body ?? {}) as Record<string, unknown>;
    return {
      kind: 'refused',
      status,
      code: typeof code === 'number' ? code : status,
      message: typeof message === 'string' ? message : text.slice(0, 200),
    };
  }
}

function parseUrl(text: string): { url: URL; userInfo: string | null } {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    // Not shown: it may hold a password.
    throw new DatabaseError(
      'BAD_REQUEST',
      'The URL of the schema registry is no URL of HTTP, such as http://localhost:8081.',
    );
  }
  return withoutLogin(url);
}
