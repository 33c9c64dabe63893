import type { Clock } from './env.ts';

// What the clients of other servers have in common.

export type Fetch = typeof globalThis.fetch;

/** A URL to send requests to, without what is said in it about logging in, and that: `user:password`, or null. */
export function withoutLogin(url: URL): { readonly url: URL; readonly userInfo: string | null } {
  const bare = new URL(url);
  const { username, password } = bare;
  bare.username = '';
  bare.password = '';
  bare.search = '';
  bare.hash = '';
  const userInfo =
    username === '' ? null : `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { url: bare, userInfo };
}

/** The header of basic authentication. @param userInfo `user:password`. */
export function basicLogin(userInfo: string): string {
  return `Basic ${Buffer.from(userInfo).toString('base64')}`;
}

/**
 * What `ask` answers.
 * @param ask is to stop, with the reason of the signal, when that is aborted.
 * @throws an error that says so when it takes longer.
 */
export async function answerWithin<T>(
  timeoutMs: number,
  clock: Clock,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const timeout = new AbortController();
  const cancel = clock.after(timeoutMs, () =>
    timeout.abort(new Error(`it did not answer within ${timeoutMs} ms`)),
  );
  try {
    return await ask(timeout.signal);
  } finally {
    cancel();
  }
}

/** The text of an answer, no more of it than so many bytes. */
export async function readUpTo(
  response: Response,
  bytesMax: number,
): Promise<{ readonly text: string; readonly isWhole: boolean }> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    // Leaving the loop closes the connection.
    if (bytes > bytesMax) break;
  }
  const text = Buffer.concat(chunks).subarray(0, bytesMax).toString('utf8');
  return { text, isWhole: bytes <= bytesMax };
}

/** The text of an answer. @throws an error that says so when it is longer. */
export async function readWhole(response: Response, bytesMax: number): Promise<string> {
  const { text, isWhole } = await readUpTo(response, bytesMax);
  if (!isWhole) throw new Error(`its answer is over ${bytesMax} bytes`);
  return text;
}

/** Undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Why a request failed: what `fetch` throws says little, its cause says more. `code` is the system's, if it is that. */
export function failureOf(error: unknown): {
  readonly reason: string;
  readonly code: string | null;
} {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const { code } = cause as { code?: unknown };
  if (typeof code === 'string') return { reason: code, code };
  return { reason: cause instanceof Error ? cause.message : String(cause), code: null };
}
