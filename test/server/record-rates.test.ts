import { beforeEach, expect, test } from 'vitest';
import { RecordRates } from '../../server/record-rates.ts';
import type { QueryFigures } from '../../src/engine.ts';
import { VirtualClock } from '../faults/virtual-clock.ts';

/** Looking at it takes no time. */
class StillClock extends VirtualClock {
  override monotonic(): number {
    return this.now();
  }
}

let clock: StillClock;
let queries: Map<string, { recordsIn: number; recordsOut: number }>;
let looks: number;
let rates: RecordRates;

beforeEach(() => {
  clock = new StillClock();
  queries = new Map([['Q', { recordsIn: 500, recordsOut: 100 }]]);
  looks = 0;
  rates = new RecordRates(clock, () => {
    looks++;
    return [...queries].map(([queryId, counts]) => ({ queryId, ...counts }) as QueryFigures);
  });
});

/** Goes on for whole seconds, in each of which so many records are read and half of them written. */
function run(seconds: number, perSecond: number, queryId = 'Q'): void {
  for (let second = 0; second < seconds; second++) {
    const counts = queries.get(queryId)!;
    counts.recordsIn += perSecond;
    counts.recordsOut += perSecond / 2;
    clock.advance(1_000);
  }
}

function rateOf(queryId = 'Q'): readonly number[] {
  const { recordsIn, recordsOut } = rates.rates().get(queryId)!;
  return [recordsIn, recordsOut];
}

test('what was counted before does not count, and in no time there is no rate', () => {
  expect(rateOf()).toEqual([0, 0]);
  rates.start();
  queries.get('Q')!.recordsIn += 100;
  expect(rateOf()).toEqual([0, 0]);
  clock.advance(500);
  expect(rateOf()).toEqual([200, 0]);
});

test('it is that since the start until 10 seconds are over, then that of the last 10', () => {
  rates.start();
  run(4, 100);
  expect(rateOf()).toEqual([100, 50]);
  run(8, 1_000);
  expect(rateOf()).toEqual([(2 * 100 + 8 * 1_000) / 10, (2 * 50 + 8 * 500) / 10]);
  run(10, 1_000);
  expect(rateOf()).toEqual([1_000, 500]);
  run(5, 0);
  expect(rateOf()).toEqual([500, 250]);
  run(6, 0);
  expect(rateOf()).toEqual([0, 0]);
});

test('a query that comes has written nothing before; one that goes is not there any more', () => {
  rates.start();
  run(20, 0);
  queries.set('NEW', { recordsIn: 0, recordsOut: 0 });
  run(2, 50, 'NEW');
  expect(rateOf('NEW')).toEqual([10, 5]);
  queries.delete('Q');
  expect([...rates.rates().keys()]).toEqual(['NEW']);
});

test('a query that counts from 0 again has no rate below 0', () => {
  rates.start();
  run(3, 100);
  queries.set('Q', { recordsIn: 1, recordsOut: 0 });
  expect(rateOf()).toEqual([0, 0]);
});

test('counters are looked at once a second, until it is stopped', () => {
  rates.start();
  run(100, 10);
  expect(looks).toBe(101);
  rates.stop();
  run(100, 10);
  expect(looks).toBe(101);
});
