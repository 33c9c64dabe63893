import { DatabaseError } from '../base/errors.ts';
import type { Clock } from '../base/env.ts';

/** Where another registry is and how to talk to it: what the settings say. */
export interface RemoteRegistrySettings {
  /** One or several, of the same registry; tried in turn. */
  readonly urls: readonly string[];
  /** `user:password`, sent as basic authentication. Never logged or shown. */
  readonly userInfo?: string | undefined;
  /** How long an answer may take, ms. Default: 10 s. */
  readonly timeoutMs?: number;
}

export type Fetch = typeof globalThis.fetch;

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
    this.#authorization =
      credentials === null ? null : `Basic ${Buffer.from(credentials).toString('base64')}`;
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
        failure = reasonOf(error);
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
    const timeout = new AbortController();
    const cancel = this.#clock.after(this.#timeoutMs, () =>
      timeout.abort(new Error(`it did not answer within ${this.#timeoutMs} ms`)),
    );
    try {
      const response = await this.#fetch(`${url.href.replace(/\/$/, '')}${path}`, {
        method,
        headers: {
          accept: `${MEDIA_TYPE}, application/json; q=0.5`,
          ...(body === undefined ? {} : { 'content-type': MEDIA_TYPE }),
          ...(this.#authorization === null ? {} : { authorization: this.#authorization }),
        },
        body: body === undefined ? null : JSON.stringify(body),
        signal: timeout.signal,
      });
      const text = await readBounded(response);
      return this.#understand(response.status, text);
    } finally {
      cancel();
    }
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
  const userInfo =
    url.username === ''
      ? null
      : `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  url.username = '';
  url.password = '';
  url.search = '';
  url.hash = '';
  return { url, userInfo };
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > ANSWER_BYTES_MAX) throw new Error(`its answer is over ${ANSWER_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** What `fetch` throws says little; its cause says more. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (cause as { code?: unknown }).code;
  if (typeof code === 'string') return code;
  return cause instanceof Error ? cause.message : String(cause);
}
