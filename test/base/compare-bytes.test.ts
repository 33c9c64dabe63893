import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareBytes } from '../../src/base/compare-bytes.ts';

test('bytes are ordered as Buffer.compare orders them', () => {
  const bytes = fc.array(fc.constantFrom(0, 1, 127, 128, 255), { maxLength: 4 });
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      const order = Math.sign(compareBytes(Uint8Array.from(a), Uint8Array.from(b)));
      expect(order).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
});

test('a prefix comes first', () => {
  expect(compareBytes(Uint8Array.of(1), Uint8Array.of(1, 0))).toBeLessThan(0);
  expect(compareBytes(new Uint8Array(), new Uint8Array())).toBe(0);
});
