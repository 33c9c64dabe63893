import { expect, test } from 'vitest';
import { FrameMeter } from '../../../server/websocket/frame-meter.ts';

test('refuses the first frame above the limit of a second, and starts anew with the next', () => {
  let now = 500;
  const meter = new FrameMeter(2, () => now);
  expect([meter.count(), meter.count(), meter.count()]).toEqual([true, true, false]);
  now = 1499;
  expect(meter.count()).toBe(false);
  now = 1500;
  expect([meter.count(), meter.count(), meter.count()]).toEqual([true, true, false]);
});
