import { expect, test } from 'vitest';
import { Waiters } from '../../../src/log/embedded/waiters.ts';

test('wakes those below the end once, in microtasks, and nobody else', async () => {
  const waiters = new Waiters();
  const woken: number[] = [];
  for (const offset of [0, 4, 5]) waiters.add(offset, () => woken.push(offset));
  waiters.wake(5);
  waiters.wake(5);
  expect(woken).toEqual([]);
  await Promise.resolve();
  expect(woken).toEqual([0, 4]);
  waiters.wake(6);
  await Promise.resolve();
  expect(woken).toEqual([0, 4, 5]);
});

test('leaves those alone that cancel between waking and being called', async () => {
  const waiters = new Waiters();
  let woken = 0;
  const cancel = waiters.add(0, () => woken++);
  waiters.wake(1);
  cancel();
  await Promise.resolve();
  expect(woken).toBe(0);
});

test('whoever waits again while being woken waits for the next time', async () => {
  const waiters = new Waiters();
  let woken = 0;
  const again = (): void => {
    woken++;
    waiters.add(0, again);
  };
  waiters.add(0, again);
  waiters.wake(1);
  await Promise.resolve();
  expect(woken).toBe(1);
});
