import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { nodeEnv } from '../../src/base/env-node.ts';
import { MemoryBudget } from '../../src/base/memory-budget.ts';
import { DueRows } from '../../src/operators/due-rows.ts';
import { DueSelection } from '../../src/operators/due-selection.ts';
import { PendingRows } from '../../src/operators/pending-rows.ts';
import { mapKeyFunction, rowCodec } from '../../src/operators/state-codec.ts';
import { TimedRows } from '../../src/operators/timed-rows.ts';
import { INTEGER, type Row, STRING } from '../../src/sql/types.ts';
import { windowStart } from '../../src/sql/window.ts';
import { MemoryStore } from '../../src/state/memory-store.ts';
import { PackedChanges } from '../../src/state/packed-changes.ts';
import { StateTable } from '../../src/state/state-table.ts';

/** Buckets of 7 ms, of which the store keeps some in one: its buckets are of 30 ms. */
const BUCKET_MS = 7;
const WINDOW = { sizeMs: BUCKET_MS, retentionMs: 720 };
const SIDES = ['left', 'right'] as const;
/** A row of time t is due when stream time is beyond t plus this. */
const LOOK_AHEAD_MS = { left: 5, right: 20 };
const mapKey = mapKeyFunction([STRING]);

interface Waiting {
  readonly side: 'left' | 'right';
  readonly key: string;
  readonly time: number;
}

/** Both sides' pending rows over a store in memory; a new one is what a restart leaves. */
class Pendings {
  readonly numbers: number[];
  readonly due: DueRows;
  readonly pendings: { left: PendingRows; right: PendingRows };
  readonly #store: MemoryStore;
  readonly #tables: StateTable<Row, Row>[];
  #tick = 1;

  constructor(store = new MemoryStore(), numbers: number[] = [0, 0, 0, 0], lookMax?: number) {
    this.#store = store;
    this.numbers = numbers;
    const valueTypes = [TimedRows.typeOf([INTEGER])];
    this.#tables = SIDES.map(
      (_, index) =>
        new StateTable<Row, Row>({
          store,
          prefix: Buffer.from([index]),
          codec: rowCodec({ keyTypes: [STRING], valueTypes }),
          window: WINDOW,
          budget: new MemoryBudget(1_000_000),
          clock: nodeEnv().clock,
          empty: false,
          windowStartMax: Infinity,
        }),
    );
    const [left, right] = SIDES.map((side, index) => {
      return new PendingRows({
        table: this.#tables[index] as StateTable<Row, Row>,
        side,
        numbers,
        firstNumber: 2 * index,
        lookAheadMs: LOOK_AHEAD_MS[side],
        bucketMs: BUCKET_MS,
        mapKey,
        keys: [{ name: 'K', type: STRING }],
        keyFormat: { name: 'KAFKA' },
        ...(lookMax !== undefined && { lookMax }),
      });
    }) as [PendingRows, PendingRows];
    this.pendings = { left, right };
    this.due = new DueRows([left, right], () => new DueSelection(4));
    for (const table of this.#tables) table.begin(this.#tick);
  }

  async load(): Promise<void> {
    for (const table of this.#tables) if (table.needsLoad) await table.load();
  }

  async add(rows: readonly Waiting[], firstValue = 0): Promise<void> {
    const entries = rows.map(({ side, key, time }) =>
      this.pendings[side].entry(mapKey([key]), [key], windowStart(time, BUCKET_MS)),
    );
    await this.load();
    for (const [index, { side, time }] of rows.entries()) {
      this.pendings[side].add(entries[index]!, time, [firstValue + index]);
    }
  }

  async commit(): Promise<void> {
    const changes = new PackedChanges();
    for (const table of this.#tables) await table.seal(changes);
    await this.#store.commit(changes);
    this.#tick++;
    for (const table of this.#tables) table.begin(this.#tick);
  }

  restarted(lookMax?: number): Pendings {
    return new Pendings(this.#store, [...this.numbers], lookMax);
  }

  get entryCount(): number {
    const range = { windowStartMin: -Infinity, windowStartMax: Infinity };
    return this.#tables.reduce((sum, table) => sum + [...table.entriesIn(range)].length, 0);
  }

  async search(streamTime: number): Promise<void> {
    this.due.nameSearch(streamTime);
    await this.load();
    this.due.takeSearch();
  }

  /** The next due rows, searched for if need be; null when there are none. */
  async piece(streamTime: number): Promise<string[] | null> {
    if (this.due.mustSearch(true)) await this.search(streamTime);
    this.due.nameNext(3);
    await this.load();
    const { rows, values } = this.due.takeNext(3, streamTime);
    const lines = rows.map(
      ({ time, side, keyText }, index) => `${time} ${side} ${keyText} ${values[index]?.[0]}`,
    );
    return this.due.isOver(streamTime) && lines.length === 0 ? null : lines;
  }
}

function dueLines(rows: readonly Waiting[], streamTime: number): string[] {
  return rows
    .map((row, index) => ({ ...row, index }))
    .filter(({ side, time }) => time + LOOK_AHEAD_MS[side] < streamTime)
    .sort(
      (a, b) =>
        a.time - b.time ||
        Number(a.side === 'left') - Number(b.side === 'left') ||
        (a.key < b.key ? -1 : Number(a.key > b.key)) ||
        a.index - b.index,
    )
    .map(({ time, side, key, index }) => `${time} ${side} ${key} ${index}`);
}

const waiting = fc.record({
  side: fc.constantFrom(...SIDES),
  key: fc.constantFrom('a', 'ab', 'b', 'c'),
  time: fc.integer({ min: 0, max: 150 }),
});

test('due rows are found in order, a few at a time, in memory, in the store, and across restarts', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(waiting, { maxLength: 40 }),
      fc.integer({ min: 0, max: 200 }),
      fc.nat(40),
      fc.array(fc.constantFrom('on', 'commit', 'restart'), { minLength: 1, maxLength: 8 }),
      async (rows, streamTime, storedCount, steps) => {
        let pendings = new Pendings();
        await pendings.add(rows.slice(0, storedCount));
        await pendings.commit();
        if (storedCount % 2 === 0) pendings = pendings.restarted();
        await pendings.add(rows.slice(storedCount), storedCount);
        const expected = dueLines(rows, streamTime);
        const found: string[] = [];
        for (let step = 0; ; step++) {
          const lines = await pendings.piece(streamTime);
          if (lines === null) break;
          found.push(...lines);
          const what = steps[step % steps.length];
          if (what !== 'on') await pendings.commit();
          if (what === 'restart') pendings = pendings.restarted();
        }
        expect(found).toEqual(expected);
        expect(pendings.pendings.left.isEmpty && pendings.pendings.right.isEmpty).toBe(
          expected.length === rows.length,
        );
      },
    ),
  );
});

const MANY: readonly Waiting[] = Array.from({ length: 300 }, (_, i) => {
  return { side: 'left', key: `k${i}`, time: 30 + i };
});

test('a search takes no more into memory than is emitted', async () => {
  const filled = new Pendings();
  await filled.add(MANY);
  await filled.commit();
  const pendings = filled.restarted();
  const first = await pendings.piece(1_000);
  expect(first).toHaveLength(3);
  expect(pendings.entryCount).toBe(3);
});

test('whether there is a row from before a time is known, or searched for when there are too many', async () => {
  const filled = new Pendings();
  await filled.add(MANY);
  await filled.commit();
  for (const lookMax of [1, 1_000]) {
    const pendings = filled.restarted(lookMax);
    const { left } = pendings.pendings;
    expect(pendings.due.hasBefore(30)).toBe(false);
    const oldest = left.entry('k0', ['k0'], 28);
    await pendings.load();
    left.remove(oldest, 30, 30);
    left.nameBefore(31);
    await pendings.load();
    if (lookMax === 1) {
      expect(pendings.due.hasBefore(31)).toBe(null);
      expect(pendings.due.mustSearch(false)).toBe(true);
      await pendings.search(-1);
      expect(pendings.due.mustSearch(false)).toBe(false);
    }
    expect(pendings.due.hasBefore(31)).toBe(false);
    expect(pendings.due.hasBefore(32)).toBe(true);
  }
});

test('the oldest row is looked for again when it has found a partner', async () => {
  const pendings = new Pendings();
  await pendings.add([
    { side: 'left', key: 'a', time: 40 },
    { side: 'left', key: 'b', time: 50 },
  ]);
  expect(pendings.due.hasBefore(41)).toBe(true);
  const { left } = pendings.pendings;
  left.remove(left.entry('a', ['a'], 35), 40, 45);
  left.nameBefore(60);
  await pendings.load();
  expect(pendings.due.hasBefore(50)).toBe(false);
  expect(pendings.due.hasBefore(51)).toBe(true);
});
