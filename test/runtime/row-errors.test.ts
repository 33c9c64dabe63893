import { expect, test } from 'vitest';
import type { Clock } from '../../src/base/env.ts';
import { RowErrors } from '../../src/runtime/row-errors.ts';

/** A clock that stands still until it is told otherwise. */
function clockAt(time: { ms: number }): Clock {
  return {
    now: () => time.ms,
    monotonic: () => time.ms,
    after: () => () => {},
    yield: () => Promise.resolve(),
  };
}

function reportMany(errors: RowErrors, count: number): void {
  for (let index = 0; index < count; index++) errors.report(`error ${index}`);
}

test('a hundred messages come at once, then ten a second; all errors are counted', () => {
  const time = { ms: 0 };
  const errors = new RowErrors(clockAt(time));
  reportMany(errors, 250);
  const first = errors.take();
  expect(first.messages).toHaveLength(100);
  expect(first.messages[99]).toBe('error 99');
  expect(first).toMatchObject({ count: 250, unsaid: 150 });
  reportMany(errors, 5);
  expect(errors.take()).toEqual({ messages: [], count: 5, unsaid: 5 });
  time.ms = 1_000;
  reportMany(errors, 20);
  const third = errors.take();
  expect(third.messages).toHaveLength(10);
  expect(third).toMatchObject({ count: 20, unsaid: 15 });
  expect(errors.take()).toEqual({ messages: [], count: 0, unsaid: 0 });
});

test('what a tick that is taken back reported does not count', () => {
  const errors = new RowErrors(clockAt({ ms: 0 }));
  reportMany(errors, 3);
  errors.discard();
  reportMany(errors, 1);
  expect(errors.take()).toEqual({ messages: ['error 0'], count: 1, unsaid: 0 });
});
