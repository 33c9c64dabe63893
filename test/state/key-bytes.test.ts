import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteWriter } from '../../src/base/byte-writer.ts';
import {
  KeyReader,
  prefixEnd,
  writeKeyBytes,
  writeKeyDouble,
  writeKeyInt32,
  writeKeyInt64,
  writeKeyText,
} from '../../src/state/key-bytes.ts';

function encode<T>(write: (writer: ByteWriter, value: T) => void, value: T): Buffer {
  const writer = new ByteWriter();
  write(writer, value);
  return writer.copy();
}

const int64 = fc.oneof(
  fc.maxSafeInteger(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(0, -1, 1, 2 ** 32, -(2 ** 32), 2 ** 53 - 1, -(2n ** 63n), 2n ** 63n - 1n),
);
const anyBytes = fc
  .array(fc.oneof(fc.constantFrom(0, 1, 0xfe, 0xff), fc.integer({ min: 0, max: 255 })), {
    maxLength: 6,
  })
  .map((array) => Buffer.from(array));
const text = fc.string({ unit: fc.constantFrom('\0', '\x01', 'a', 'ÿ', '\uffff', '😀') });

/** Compares pairs of values, and their encodings: the signs have to be the same. */
function checkOrder<T>(
  values: fc.Arbitrary<T>,
  write: (writer: ByteWriter, value: T) => void,
  compare: (a: T, b: T) => number,
): void {
  fc.assert(
    fc.property(values, values, (a, b) => {
      const order = Buffer.compare(encode(write, a), encode(write, b));
      expect(order).toBe(Math.sign(compare(a, b)));
    }),
    { numRuns: 2000 },
  );
}

describe('encodings order like the values:', () => {
  test('32-bit integers', () => {
    checkOrder(fc.integer(), writeKeyInt32, (a, b) => a - b);
  });

  test('64-bit integers, whether number or bigint', () => {
    checkOrder(int64, writeKeyInt64, (a, b) => Number(BigInt(a) - BigInt(b)));
  });

  test('doubles, with both zeros equal and NaN last', () => {
    checkOrder(fc.double(), writeKeyDouble, (a, b) => {
      if (Number.isNaN(a) || Number.isNaN(b))
        return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
      return a === b ? 0 : a < b ? -1 : 1;
    });
  });

  test('bytes, a prefix before what it begins', () => {
    checkOrder(anyBytes, writeKeyBytes, (a, b) => Buffer.compare(a, b));
  });

  test('text, by code point', () => {
    checkOrder(text, writeKeyText, (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  });

  test('one after the other, the first decides', () => {
    const pair = fc.tuple(anyBytes, fc.integer());
    checkOrder(
      pair,
      (writer, [bytes, number]) => {
        writeKeyBytes(writer, bytes);
        writeKeyInt32(writer, number);
      },
      (a, b) => Buffer.compare(a[0], b[0]) || a[1] - b[1],
    );
  });
});

test('a reader gives back what was written, from any position', () => {
  fc.assert(
    fc.property(
      fc.tuple(anyBytes, fc.integer(), int64, fc.double(), text, anyBytes),
      ([prefix, int, long, double, string, bytes]) => {
        const writer = new ByteWriter();
        writer.writeBytes(prefix);
        writeKeyInt32(writer, int);
        writeKeyText(writer, string);
        writeKeyInt64(writer, long);
        writeKeyBytes(writer, bytes);
        writeKeyDouble(writer, double);
        writer.writeByte(7);
        const reader = new KeyReader(writer.copy(), prefix.length);
        expect(reader.readInt32()).toBe(int);
        expect(reader.readText()).toBe(string);
        expect(reader.readInt64()).toBe(BigInt(long));
        expect(Buffer.compare(reader.readBytes(), bytes)).toBe(0);
        expect(reader.readDouble()).toBe(double === 0 ? 0 : double);
        expect(reader.readByte()).toBe(7);
      },
    ),
  );
});

test('known encodings do not change, as they are on disk', () => {
  expect(encode(writeKeyInt32, -1).toString('hex')).toBe('7fffffff');
  expect(encode(writeKeyInt64, 1).toString('hex')).toBe('8000000000000001');
  expect(encode(writeKeyInt64, 2n ** 63n - 1n).toString('hex')).toBe('ffffffffffffffff');
  expect(encode(writeKeyDouble, 1).toString('hex')).toBe('bff0000000000000');
  expect(encode(writeKeyDouble, -1).toString('hex')).toBe('400fffffffffffff');
  expect(encode(writeKeyText, 'a\0b').toString('hex')).toBe('6100ff620000');
});

test('a text that does not end is refused', () => {
  expect(() => new KeyReader(Buffer.from('abc'), 0).readText()).toThrow(RangeError);
});

test('prefixEnd is the first key above all keys with the prefix', () => {
  expect([...prefixEnd(Buffer.from([1, 2]))]).toEqual([1, 3]);
  expect([...prefixEnd(Buffer.from([1, 0xff, 0xff]))]).toEqual([2]);
  expect(() => prefixEnd(Buffer.from([0xff, 0xff]))).toThrow(RangeError);
  fc.assert(
    fc.property(anyBytes, anyBytes, (prefix, rest) => {
      fc.pre(prefix.some((byte) => byte !== 0xff));
      const end = prefixEnd(prefix);
      expect(Buffer.compare(Buffer.concat([prefix, rest]), end)).toBe(-1);
      expect(Buffer.compare(prefix, end)).toBe(-1);
    }),
  );
});
