import { join } from 'node:path';
import { expect, test } from 'vitest';
import { WatchedChild } from './watched-child.ts';

const TIMEOUT_MS = 300;
/** Those that are blocked are given so long to answer at all. */
const PATIENCE_MS = 1_000;

function start(): WatchedChild<string> {
  const path = join(import.meta.dirname, 'watched-child-example.ts');
  return new WatchedChild(path, { patienceMs: PATIENCE_MS });
}

test('a process that answers and then ends is heard first, and its end is noticed whenever it is asked', async () => {
  const child = start();
  expect(await child.answer('answer')).toBe('answered');
  expect(await child.answer('answer and end')).toBe('answered');
  expect(await child.answer('answer')).toBeNull();
  expect(await child.answer('answer')).toBeNull();
  expect(child.end).toBe('3');
  await child.kill();
});

test.each([
  ['spin', /spinForEver \(.*watched-child-example.ts:\d+\)/],
  ['block', /blocked outside of JavaScript[^]*node-MainThread: S [^]*sleep: S/],
  ['say nothing', /event loop waits for: .*pipe/],
])('a process that is stuck says where (%s)', async (command, place) => {
  const child = start();
  expect(await child.answer('answer')).toBe('answered');
  const error = await child.answer(command, TIMEOUT_MS).then(
    () => null,
    (reason: Error) => reason.message,
  );
  expect(error).toContain(`did not answer to "${command}" within ${TIMEOUT_MS} ms`);
  expect(error).toContain(`about to ${command}`);
  expect(error).toMatch(place);
  // It is gone.
  expect(await child.answer()).toBeNull();
});
