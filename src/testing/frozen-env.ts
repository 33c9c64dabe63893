import type { Clock, Random } from '../base/env.ts';

/** A clock that stands still at the epoch: nothing a query does may depend on when it runs. */
export const frozenClock: Clock = {
  now: () => 0,
  monotonic: () => 0,
  after: () => () => {},
  yield: () => Promise.resolve(),
};

/** Numbers that count up instead of being random. */
export function countingRandom(): Random {
  let next = 0;
  return {
    integer: () => next++,
    uuid: () => `00000000-0000-4000-8000-${String(next++).padStart(12, '0')}`,
  };
}
