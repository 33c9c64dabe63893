import type { Duration } from '../../grammar/ast.ts';
import { errorAt, type Located } from '../analyze/error-at.ts';
import type { Env } from '../base/env.ts';

const RETRY_AFTER_MS = 100;
const TIMEOUT_MS = 1_000;
const TIMEOUT_MS_MAX = 3_600_000;
const UNIT_MS = { DAYS: 86_400_000, HOURS: 3_600_000, MINUTES: 60_000, SECONDS: 1_000 } as const;

/** How long an ASSERT waits. @throws DatabaseError BAD_STATEMENT when that is more than an hour. */
export function timeoutOf(timeout: Duration | null): number {
  if (timeout === null) return TIMEOUT_MS;
  const unitMs = timeout.unit === 'MILLISECONDS' ? 1 : UNIT_MS[timeout.unit];
  const timeoutMs = timeout.amount * unitMs;
  if (timeoutMs <= TIMEOUT_MS_MAX) return timeoutMs;
  throw errorAt('BAD_STATEMENT', timeout, 'The TIMEOUT is too long: it may be 1 hour at most.');
}

/**
 * Waits until what an ASSERT says holds, looking every 100 ms.
 * @param options.failure why it does not hold; null when it does.
 * @throws DatabaseError ASSERTION_FAILED when the time is over.
 */
export async function awaitAssertion(options: {
  readonly node: Located;
  readonly timeoutMs: number;
  readonly clock: Env['clock'];
  failure(): string | null | Promise<string | null>;
}): Promise<void> {
  const { node, timeoutMs, clock } = options;
  const deadline = clock.monotonic() + timeoutMs;
  for (;;) {
    const failure = await options.failure();
    if (failure === null) return;
    const left = deadline - clock.monotonic();
    if (left <= 0) throw errorAt('ASSERTION_FAILED', node, failure);
    await new Promise<void>((resolve) => {
      clock.after(Math.min(RETRY_AFTER_MS, left), resolve);
    });
  }
}
