import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { PackedChanges } from '../../src/state/packed-changes.ts';
import { checked } from '../../src/state/value-check.ts';

test('gives back the changes in the order they were written, deletions as null', () => {
  const changes = new PackedChanges();
  expect([...changes]).toEqual([]);
  changes.put(Buffer.from('a'), Buffer.from('1'));
  const writer = changes.begin();
  writer.writeText('b');
  changes.endKey();
  changes.end(true);
  changes.put(Buffer.from('c'), Buffer.alloc(0));
  expect(changes.count).toBe(3);
  expect(
    [...changes].map(([key, value]) => [String(key), value === null ? null : String(value)]),
  ).toEqual([
    ['a', '1'],
    ['b', null],
    ['c', ''],
  ]);
});

test('keeps changes of any size and number, and can be read again', () => {
  const size = fc.oneof(fc.nat(20), fc.constantFrom(100_000, 256 * 1024, 400_000));
  fc.assert(
    fc.property(fc.array(fc.tuple(size, size), { maxLength: 12 }), (sizes) => {
      const changes = new PackedChanges();
      sizes.forEach(([key, value], index) => {
        changes.put(Buffer.alloc(key, index + 1), Buffer.alloc(value, index + 101));
      });
      for (let round = 0; round < 2; round++) {
        const found = [...changes].map(([key, value]) => [key.length, value?.length]);
        expect(found).toEqual(sizes);
      }
      let index = 0;
      for (const [key, value] of changes) {
        index++;
        expect(key.every((byte) => byte === index)).toBe(true);
        expect(value?.every((byte) => byte === index + 100)).toBe(true);
      }
    }),
    { numRuns: 30 },
  );
});

test('gives out each value with the check that fits its key and itself', () => {
  const changes = new PackedChanges();
  const rows = [
    ['a', '1'],
    ['', 'no key'],
    ['b', 'x'.repeat(300_000)],
    ['c', ''],
  ] as const;
  for (const [key, value] of rows) changes.put(Buffer.from(key), Buffer.from(value));
  changes.begin().writeText('gone');
  changes.endKey();
  changes.end(true);
  const found: (string | null)[][] = [];
  changes.visitChecked((key, value) => {
    const text = value === null ? null : Buffer.from(checked(key, value)).toString();
    found.push([Buffer.from(key).toString(), text]);
  });
  expect(found).toEqual([...rows, ['gone', null]]);
});
