import { describe, expect, test } from 'vitest';
import { Closing, type ClosingRules } from '../../src/operators/closing.ts';

/** Windows of 10 ms, one after the other, that rows may be 5 ms late for. */
const RULES: ClosingRules = {
  delayMs: 5,
  sizeMs: 10,
  openMs: 0,
  retentionMs: 15,
  stepMs: 10,
  endAfter: (time) => Math.max(0, Math.floor((time - 10) / 10) + 1) * 10 + 10,
};
/** Sessions with gaps up to 10 ms. */
const SESSIONS: ClosingRules = {
  delayMs: 10,
  sizeMs: 0,
  openMs: 1,
  retentionMs: null,
  stepMs: 1,
  endAfter: (time) => time + 1,
};

class Clocked {
  readonly times = [-1];
  readonly closing: Closing;
  now = 0;

  constructor(rules: ClosingRules, { intervalMs = 0, idleMs = null as number | null } = {}) {
    const emission = { keyFormat: { name: 'KAFKA' }, intervalMs, idleMs };
    this.closing = new Closing({ rules, emission, times: this.times });
  }

  /** A row at that event time, in the window of 10 ms that contains it. */
  row(time: number, known = Math.floor(time / 10) * 10, headers: Uint8Array | null = null): void {
    this.times[0] = Math.max(time, this.times[0] as number);
    this.closing.afterRow(known, { headers }, this.now);
  }

  /** The ranges that wait, taken out. */
  take(): [number, number][] {
    const ranges: [number, number][] = [];
    for (let range = this.closing.first; range !== null; range = this.closing.first) {
      ranges.push([range.from, range.to]);
      this.closing.finishFirst();
    }
    return ranges;
  }
}

describe('after a row', () => {
  test('nothing is closed until a whole window and the grace period are over', () => {
    const clocked = new Clocked(RULES);
    clocked.row(14);
    expect(clocked.take()).toEqual([]);
    clocked.row(15);
    expect(clocked.take()).toEqual([[0, 0]]);
  });

  test('windows whose end was passed since the last look are closed, one range after the other', () => {
    const clocked = new Clocked(RULES);
    clocked.row(16);
    expect(clocked.take()).toEqual([[0, 0]]);
    clocked.row(16);
    clocked.row(3);
    expect(clocked.take()).toEqual([]);
    clocked.row(25);
    expect(clocked.take()).toEqual([[10, 10]]);
  });

  test('ranges that follow each other become one, others do not', () => {
    const clocked = new Clocked({ ...RULES, retentionMs: 25 });
    clocked.row(16);
    clocked.row(26);
    clocked.row(100);
    expect(clocked.take()).toEqual([
      [0, 10],
      [80, 80],
    ]);
  });

  test('a range keeps the headers of the row that closed it until the tick ends', () => {
    const clocked = new Clocked({ ...RULES, retentionMs: 100 });
    const headers = Uint8Array.of(1);
    clocked.row(16);
    clocked.row(26, 20, headers);
    clocked.closing.finishFirst();
    expect(clocked.closing.first).toEqual({ from: 10, to: 10, headers });
    clocked.closing.forgetHeaders();
    expect(clocked.closing.first).toEqual({ from: 10, to: 10, headers: null });
  });

  test('what starts a retention before the latest window is not found any more', () => {
    const clocked = new Clocked(RULES);
    clocked.row(0);
    clocked.row(100);
    expect(clocked.take()).toEqual([]);
    expect(clocked.closing.unseenFrom()).toBe(86);
  });

  test('a row that came too late for its window is a row all the same', () => {
    const clocked = new Clocked(RULES, { intervalMs: 1_000 });
    clocked.row(3, -1);
    clocked.row(55);
    expect(clocked.take()).toEqual([]);
    clocked.now = 1_000;
    clocked.row(3, -1);
    expect(clocked.take()).toEqual([[40, 40]]);
  });

  test('a look uses up the interval, whether anything is closed or not', () => {
    const clocked = new Clocked(RULES, { intervalMs: 1_000 });
    clocked.row(0);
    clocked.now = 999;
    clocked.row(25);
    expect(clocked.take()).toEqual([]);
    clocked.now = 1_000;
    clocked.row(25);
    expect(clocked.take()).toEqual([[10, 10]]);
  });

  test('sessions are known by their ends, and closed when they end before the closing time', () => {
    const clocked = new Clocked(SESSIONS);
    clocked.row(10, 10);
    expect(clocked.take()).toEqual([]);
    clocked.row(11, 11);
    expect(clocked.take()).toEqual([[0, 0]]);
    clocked.row(1_000, 1_000);
    expect(clocked.take()).toEqual([[1, 989]]);
  });
});

test('it goes on where its times stood', () => {
  const before = new Clocked(RULES);
  before.row(16);
  before.closing.advance(3);
  const after = new Clocked(RULES);
  after.times.splice(0, after.times.length, ...before.times);
  expect([after.closing.first, after.closing.emitted]).toEqual([
    { from: 0, to: 0, headers: null },
    3,
  ]);
  expect([0, 10].map((known) => after.closing.isWaiting(known))).toEqual([true, false]);
});

describe('without rows', () => {
  test('nothing is due unless that is asked for', () => {
    const clocked = new Clocked(RULES);
    clocked.row(3);
    expect(clocked.closing.dueAt()).toBe(Infinity);
  });

  test('stream time goes on with the clock, and the open windows close', () => {
    const clocked = new Clocked(RULES, { idleMs: 4 });
    expect(clocked.closing.dueAt()).toBe(Infinity);
    clocked.now = 1_000;
    clocked.row(3);
    // From 3 it takes 12 ms until a window that ends at 10 is closed.
    expect(clocked.closing.dueAt()).toBe(1_012);
    clocked.closing.onDue(1_012);
    expect([clocked.times[0], clocked.take()]).toEqual([15, [[0, 0]]]);
    expect(clocked.closing.dueAt()).toBe(Infinity);
  });

  test('not before the time without rows is over, counted from the last of them', () => {
    const clocked = new Clocked(RULES, { idleMs: 500 });
    clocked.row(3);
    clocked.now = 100;
    clocked.row(4);
    expect(clocked.closing.dueAt()).toBe(600);
    clocked.closing.onDue(600);
    expect([clocked.times[0], clocked.take()]).toEqual([504, [[0, 480]]]);
  });

  test('looks at open sessions again and again, but not too often', () => {
    const clocked = new Clocked(SESSIONS, { idleMs: 5 });
    clocked.row(50, 50);
    clocked.take();
    expect(clocked.closing.dueAt()).toBe(5);
    clocked.closing.onDue(5);
    expect(clocked.take()).toEqual([[40, 44]]);
    expect(clocked.closing.dueAt()).toBe(105);
    clocked.closing.onDue(105);
    expect(clocked.take()).toEqual([[45, 144]]);
    expect(clocked.closing.dueAt()).toBe(Infinity);
  });
});
