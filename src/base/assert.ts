/** A broken invariant: our own code is wrong. Never caused by what a user sends. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/**
 * States what must be true if our own code is right; one fact per call, said positively. Stays on
 * in production.
 *
 * @param message what holds. On a hot path, pass a closure when building the text costs anything.
 * @throws AssertionError when the condition is false.
 */
export function assert(condition: unknown, message: string | (() => string)): asserts condition {
  if (!condition) throw new AssertionError(typeof message === 'string' ? message : message());
}

/** Closes a `switch` over a union: compiles only when every kind is handled. */
export function unreachable(value: never): never {
  throw new AssertionError(`unreachable value: ${JSON.stringify(value)}`);
}
