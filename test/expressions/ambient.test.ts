import { describe, expect, test } from 'vitest';
import { fixedAmbient, NO_AMBIENT, TickAmbient } from '../../src/expressions/ambient.ts';
import { compile } from '../../src/expressions/compile.ts';
import { CONTEXT, typed } from './typed.ts';

function at(partition: number, offset: number) {
  return { ...CONTEXT, partition, offset };
}

function drawn(ambient: TickAmbient, count: number, partition = 0, offset = 0): number[] {
  return Array.from({ length: count }, () => ambient.draw(at(partition, offset)));
}

describe('the surroundings of a tick', () => {
  test('give the same numbers when the tick is processed again', () => {
    const ambient = new TickAmbient('a');
    ambient.beginTick(10);
    const first = drawn(ambient, 5, 3, 7);
    ambient.beginTick(20);
    expect(drawn(ambient, 5, 3, 7)).toEqual(first);
    expect(drawn(new TickAmbient('a'), 5, 3, 7)).toEqual(first);
  });

  test('give other numbers for each draw, record, partition and seed', () => {
    const numbers = new Set<number>();
    for (const seed of ['a', 'b']) {
      const ambient = new TickAmbient(seed);
      for (let partition = 0; partition < 4; partition++) {
        for (let offset = 0; offset < 100; offset++) {
          for (const number of drawn(ambient, 3, partition, offset)) numbers.add(number);
        }
      }
    }
    expect(numbers.size).toBe(2 * 4 * 100 * 3);
  });

  test('give different UUIDs to a hundred thousand records', () => {
    const ambient = new TickAmbient('a');
    const uuid = compile(typed('UUID()'), 'stream', undefined, ambient);
    const uuids = new Set<unknown>();
    for (let offset = 0; offset < 100_000; offset++) uuids.add(uuid([], at(0, offset)));
    expect(uuids.size).toBe(100_000);
  });

  test('spread RANDOM() evenly over 0 to 1', () => {
    const ambient = new TickAmbient('a');
    const random = compile(typed('RANDOM()'), 'stream', undefined, ambient);
    const counts = Array.from({ length: 10 }, () => 0);
    for (let offset = 0; offset < 10_000; offset++) {
      counts[Math.floor((random([], at(0, offset)) as number) * 10)]!++;
    }
    for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  });

  test('have a time that does not go back', () => {
    const ambient = new TickAmbient('a');
    const now = compile(typed('UNIX_TIMESTAMP()'), 'stream', undefined, ambient);
    ambient.beginTick(1_000);
    ambient.beginTick(900);
    expect(now([], CONTEXT)).toBe(1_000);
    ambient.beginTick(1_100);
    expect(now([], CONTEXT)).toBe(1_100);
  });
});

test('outside of a tick the time is given', () => {
  const ambient = fixedAmbient(86_400_000 * 3 + 5, () => 7);
  const days = compile(typed('UNIX_DATE()'), 'pull', undefined, ambient);
  expect(days([], CONTEXT)).toBe(3);
});

test('where there are none, the time and random numbers are errors', () => {
  for (const sql of ['UNIX_TIMESTAMP()', 'RANDOM()']) {
    expect(() => compile(typed(sql), 'stream', undefined, NO_AMBIENT)([], CONTEXT)).toThrow();
  }
});
