import { createHash } from 'node:crypto';
import type { StatementNode } from '../../grammar/ast.ts';
import { DatabaseError } from '../base/errors.ts';

/** Keys remembered of this process; the oldest is forgotten. The log remembers on its own. */
const KEYS_MAX = 10_000;
const KEY_LENGTH_MAX = 255;

/** Statements that may stand in a request with a key: those that insert, and those that only prepare inserts. */
const REPEATABLE: ReadonlySet<StatementNode['kind']> = new Set([
  'insertValues',
  'set',
  'unset',
  'define',
  'undefine',
]);

/**
 * Sees to it that a key names one request only. What was written under a key the log knows, for each partition by
 * itself and across restarts; this knows of other requests under the same key wherever their rows would go, as long as
 * the process lives.
 */
export class IdempotentRequests {
  /** Hash of the statements by key; the oldest first. */
  readonly #requests = new Map<string, string>();

  /**
   * Takes note of a request that is about to be run.
   * @returns forgets it again: for a request of which nothing was written.
   * @throws DatabaseError BAD_REQUEST for a key or a statement that will not do, CONFLICT when the key came with other
   *   statements before.
   */
  begin(key: string, sql: string, kinds: readonly StatementNode['kind'][]): () => void {
    if (key.length === 0 || key.length > KEY_LENGTH_MAX) {
      throw new DatabaseError(
        'BAD_REQUEST',
        `An Idempotency-Key has 1 to ${KEY_LENGTH_MAX} characters; found ${key.length}.`,
      );
    }
    if (!kinds.every((kind) => REPEATABLE.has(kind))) {
      throw new DatabaseError(
        'BAD_REQUEST',
        'An Idempotency-Key is for requests that only INSERT rows. Send other statements without it.',
      );
    }
    const hash = createHash('sha256').update(sql).digest('base64');
    const known = this.#requests.get(key);
    if (known === hash) return () => {};
    if (known !== undefined) {
      throw new DatabaseError(
        'CONFLICT',
        'The Idempotency-Key was used with other statements before. Nothing was written; take a new key for a new request.',
      );
    }
    this.#requests.set(key, hash);
    for (const oldest of this.#requests.keys()) {
      if (this.#requests.size <= KEYS_MAX) break;
      this.#requests.delete(oldest);
    }
    return () => void this.#requests.delete(key);
  }
}
