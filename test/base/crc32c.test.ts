import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { crc32c, isNative, portableCrc32c } from '../../src/base/crc32c.ts';

describe.each([
  ['crc32c', crc32c],
  ['portableCrc32c', portableCrc32c],
])('%s', (_, crc32c) => {
  test('gives the published check value of the Castagnoli polynomial', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  });

  test('gives the values of RFC 3720, appendix B.4', () => {
    expect(crc32c(Buffer.alloc(32, 0))).toBe(0x8a9136aa);
    expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
    expect(crc32c(Buffer.from(Array.from({ length: 32 }, (_, i) => i)))).toBe(0x46dd794e);
    expect(crc32c(Buffer.from(Array.from({ length: 32 }, (_, i) => 31 - i)))).toBe(0x113fdb5c);
  });

  test('is 0 for no bytes', () => {
    expect(crc32c(Buffer.alloc(0))).toBe(0);
  });

  test('counts only the bytes between start and end', () => {
    expect(crc32c(Buffer.from('xx123456789yy'), 2, 11)).toBe(0xe3069283);
  });

  test('agrees with the bit by bit definition for every length and alignment', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(20), (bytes, start) => {
        const from = Math.min(start, bytes.length);
        expect(crc32c(bytes, from)).toBe(bitByBit(bytes.subarray(from)));
      }),
    );
  });
});

test('both agree on runs of bytes long enough for native code', () => {
  const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 2_654_435_761) >>> 24);
  for (const [start, end] of [
    [0, 70_000],
    [1, 257],
    [21, 65_557],
    [3, 300],
  ] as const) {
    expect(crc32c(bytes, start, end)).toBe(portableCrc32c(bytes, start, end));
  }
});

test('there is native code where the tests run', () => {
  expect(isNative).toBe(true);
});

function bitByBit(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
