import { expect, test } from 'vitest';
import type { Partition } from '../../src/log/log.ts';
import { AppendGate } from '../../src/runtime/append-gate.ts';

// The gate never looks into a partition: it only tells one from another.
const ONE = {} as Partition;
const OTHER = {} as Partition;

test('lets everybody in at once while nobody holds the partition', () => {
  const gate = new AppendGate();
  const entered: string[] = [];
  gate.enter(ONE, () => entered.push('a'));
  expect(entered).toEqual(['a']);
  expect(gate.hasWaiters).toBe(false);
});

test('keeps waiters in order until the last holder releases', () => {
  const gate = new AppendGate();
  const entered: string[] = [];
  gate.hold(ONE);
  gate.hold(ONE);
  gate.enter(ONE, () => entered.push('a'));
  gate.enter(ONE, () => entered.push('b'));
  gate.enter(OTHER, () => entered.push('other'));
  gate.release(ONE);
  expect(entered).toEqual(['other']);
  expect(gate.hasWaiters).toBe(true);
  gate.release(ONE);
  expect(entered).toEqual(['other', 'a', 'b']);
  expect(gate.hasWaiters).toBe(false);
});

test('can be held again after it was released', () => {
  const gate = new AppendGate();
  gate.hold(ONE);
  gate.release(ONE);
  gate.hold(ONE);
  let entered = false;
  gate.enter(ONE, () => (entered = true));
  expect(entered).toBe(false);
  gate.release(ONE);
  expect(entered).toBe(true);
});
