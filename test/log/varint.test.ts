import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeVarlong,
  encodeVarlong,
  varintSize,
  writeVarint,
  zigzag,
  ZIGZAG_EXACT_MAX,
} from '../../src/log/varint.ts';

describe('writeVarint', () => {
  test.each([
    [0, '00'],
    [-1, '01'],
    [1, '02'],
    [63, '7e'],
    [-64, '7f'],
    [64, '8001'],
    [300, 'd804'],
    [2 ** 31 - 1, 'feffffff0f'],
    [-(2 ** 31), 'ffffffff0f'],
  ])('writes %d, zigzagged, as %s', (value, hex) => {
    expect(written(value).toString('hex')).toBe(hex);
  });

  test('agrees with the 64-bit form, and with varintSize, for every exact value', () => {
    const value = fc.integer({ min: -ZIGZAG_EXACT_MAX, max: ZIGZAG_EXACT_MAX });
    fc.assert(
      fc.property(value, (value) => {
        const bytes = written(value);
        expect(bytes).toEqual(Buffer.from(encodeVarlong(BigInt(value))));
        expect(varintSize(zigzag(value))).toBe(bytes.length);
      }),
    );
  });
});

describe('decodeVarlong', () => {
  test('gives back any 64-bit integer and where it ends', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        const bytes = encodeVarlong(value);
        const buffer = Buffer.concat([Buffer.from('ff', 'hex'), bytes, Buffer.from('ff', 'hex')]);
        expect(decodeVarlong(buffer, 1)).toEqual({ value, end: 1 + bytes.length });
      }),
    );
  });

  test('gives null for one without an end', () => {
    expect(decodeVarlong(Buffer.from('8080', 'hex'), 0)).toBeNull();
    expect(decodeVarlong(Buffer.alloc(11, 0x80), 0)).toBeNull();
  });
});

function written(value: number): Buffer {
  const buffer = Buffer.alloc(10);
  return buffer.subarray(0, writeVarint(buffer, 0, zigzag(value)));
}
