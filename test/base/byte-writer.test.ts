import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteWriter } from '../../src/base/byte-writer.ts';

test('writes integers as their decimal digits', () => {
  const values = fc.oneof(
    fc.integer(),
    fc.maxSafeInteger(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc
      .nat({ max: 15 })
      .chain((n) => fc.constantFrom(10 ** n, 10 ** n - 1, -(10 ** n), 2 ** (3 * n))),
  );
  fc.assert(
    fc.property(fc.array(values), (values) => {
      const writer = new ByteWriter();
      for (const value of values) writer.writeIntegerText(value);
      expect(writer.view().toString()).toBe(values.join(''));
    }),
    { numRuns: 1000 },
  );
});

test('writes texts as UTF-8, whatever their length', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 300 })), (texts) => {
      const writer = new ByteWriter();
      for (const text of texts) writer.writeText(text);
      expect(writer.view().toString()).toBe(texts.join(''));
    }),
  );
});

test('keeps what was written when it grows, and forgets it on reset', () => {
  const writer = new ByteWriter(1);
  for (let i = 0; i < 1000; i++) writer.writeInt32(i);
  const bytes = writer.copy();
  expect(bytes.length).toBe(4000);
  expect(bytes.readInt32BE(4 * 999)).toBe(999);
  writer.reset();
  writer.writeByte(7);
  expect([...writer.view()]).toEqual([7]);
  expect(bytes.readInt32BE(4)).toBe(1);
});
