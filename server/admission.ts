import type { OutgoingHttpHeaders } from 'node:http';
import { DatabaseError } from '../src/base/errors.ts';
import type { Engine } from '../src/engine.ts';

/**
 * The headers of a request that decide whether it is let in; names in lower case, as Node gives
 * them.
 */
export interface RequestOrigin {
  /** `Host`, or `:authority` of HTTP/2. */
  readonly host: string | undefined;
  readonly origin: string | undefined;
}

/**
 * Decides who may talk to the server at all, before a byte of a body is read: only requests for a
 * host name that is ours (so that a foreign name pointed at this address reaches nothing) and, from
 * a browser, only pages that came from this server or this machine.
 */
export class Admission {
  readonly #hosts: ReadonlySet<string>;
  readonly #origins: ReadonlySet<string>;

  /**
   * @param hosts names and addresses besides those of the loopback, without ports.
   * @param origins of pages that may use this server and read its answers, such as
   *   `https://app.example:8443`.
   */
  constructor(hosts: readonly string[], origins: readonly string[] = []) {
    this.#hosts = new Set(hosts.map((host) => host.toLowerCase()));
    this.#origins = new Set(origins.map((origin) => origin.toLowerCase()));
  }

  /** What lets a page of another origin read an answer: only those that were named may. */
  corsHeaders(origin: string | undefined): OutgoingHttpHeaders | null {
    if (origin === undefined || !this.#origins.has(origin.toLowerCase())) return null;
    return {
      'access-control-allow-origin': origin,
      'access-control-expose-headers': 'x-request-id, retry-after',
      vary: 'origin',
    };
  }

  /** @throws DatabaseError BAD_REQUEST, MISDIRECTED or FORBIDDEN. */
  check(request: RequestOrigin): void {
    if (request.host === undefined || request.host === '') {
      throw new DatabaseError('BAD_REQUEST', 'The request has no Host header.');
    }
    const host = parseAuthority(request.host);
    if (host === null || !(isLoopback(host.name) || this.#hosts.has(host.name))) {
      throw new DatabaseError(
        'MISDIRECTED',
        `Host: this server does not answer for ${quote(request.host)}. Use its address, or start it with that ` +
          'name among the allowed hosts.',
      );
    }
    if (request.origin === undefined || this.#origins.has(request.origin.toLowerCase())) return;
    const origin = parseAuthority(/^https?:\/\/(.*)$/i.exec(request.origin)?.[1] ?? '');
    const same = origin !== null && origin.name === host.name && origin.port === host.port;
    if (same || (origin !== null && isLoopback(origin.name))) return;
    throw new DatabaseError(
      'FORBIDDEN',
      `Origin: pages of ${quote(request.origin)} may not use this server; only its own, those of this machine and those the server was told to allow may.`,
    );
  }
}

/**
 * Checks that the engine takes requests.
 * @throws DatabaseError STARTING, STOPPING or INTERNAL.
 */
export function checkReady(engine: Engine): void {
  switch (engine.status) {
    case 'ready':
    case 'failed':
      return;
    case 'starting':
      throw new DatabaseError('STARTING', 'The server is starting. Try again in a moment.');
    case 'closed':
      throw stopping();
    default:
      engine.status satisfies never;
  }
}

/** What requests get while the server shuts down. */
export function stopping(): DatabaseError {
  return new DatabaseError('STOPPING', 'The server is shutting down.');
}

/** What requests get after the application was terminated, until the process starts anew. */
export function terminated(): DatabaseError {
  return new DatabaseError('TERMINATED', 'The server has been terminated. Start it again.');
}

interface Authority {
  /** Lower case; an IPv6 address in brackets. */
  readonly name: string;
  /** Empty if not given. */
  readonly port: string;
}

const AUTHORITY = /^(\[[\da-f:.]+\]|[^\s:/?#@[\]]+?)\.?(?::(\d{1,5}))?$/i;

function parseAuthority(text: string): Authority | null {
  const match = AUTHORITY.exec(text);
  return match === null ? null : { name: match[1]!.toLowerCase(), port: match[2] ?? '' };
}

function isLoopback(name: string): boolean {
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '[::1]' ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name)
  );
}

const QUOTED_LENGTH_MAX = 100;

/** A header's text for a message, not longer than makes sense. */
function quote(text: string): string {
  return JSON.stringify(text.slice(0, QUOTED_LENGTH_MAX));
}
