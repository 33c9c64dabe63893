import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  boundedInteger,
  parseDoubleText,
  parseIntegerText,
  parseNumberText,
  unscaledDecimal,
  wrapNumber,
} from '../../src/formats/number-text.ts';
import { integer } from '../../src/sql/value.ts';

function bounded(text: string): number | null {
  return boundedInteger(parseNumberText(text)!, -5, 10);
}

function decimal(text: string): number | bigint | null {
  return unscaledDecimal(parseNumberText(text)!, 4, 2);
}

test('a number is taken apart into digits and scale', () => {
  expect(parseNumberText('-0012.500e1')).toEqual({ negative: true, digits: '125', scale: 0 });
  expect(parseNumberText('1200')).toEqual({ negative: false, digits: '12', scale: -2 });
  expect(parseNumberText('.5')).toEqual({ negative: false, digits: '5', scale: 1 });
  expect(parseNumberText('5.')).toEqual({ negative: false, digits: '5', scale: 0 });
  expect(parseNumberText('0.00e7')).toEqual({ negative: false, digits: '', scale: 0 });
});

test('what is no number is refused', () => {
  for (const text of ['', '.', '-', 'e1', '1e', '1 ', '1,5', '0x1', 'NaN', '--1']) {
    expect(parseNumberText(text)).toBeNull();
  }
  for (const text of ['1.0', '1e3', '', '+']) expect(parseIntegerText(text)).toBeNull();
});

test('integers wrap like two’s complement, whatever their size', () => {
  const cases = fc.tuple(fc.bigInt({ min: -(10n ** 90n), max: 10n ** 90n }), fc.nat({ max: 70 }));
  fc.assert(
    fc.property(cases, ([value, zeros]) => {
      const number = parseNumberText(`${value}e${zeros}`)!;
      const exact = value * 10n ** BigInt(zeros);
      expect(wrapNumber(number, 64)).toBe(integer(BigInt.asIntN(64, exact)));
      expect(wrapNumber(number, 32)).toBe(integer(BigInt.asIntN(32, exact)));
    }),
  );
});

test('fractions are cut off', () => {
  const cases = fc.tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.nat({ max: 40 }));
  fc.assert(
    fc.property(cases, ([value, places]) => {
      const whole = value / 10n ** BigInt(places);
      expect(wrapNumber(parseNumberText(`${value}e-${places}`)!, 64)).toBe(
        integer(BigInt.asIntN(64, whole)),
      );
    }),
  );
});

test('bounds include both ends', () => {
  expect(['-5', '10', '10.9', '0.5', '1e1'].map(bounded)).toEqual([-5, 10, 10, 0, 10]);
  expect(['-6', '11', '1e2', '1e999999999', '12345678901234567890'].map(bounded)).toEqual([
    null,
    null,
    null,
    null,
    null,
  ]);
});

test('a DECIMAL takes all digits or none', () => {
  expect(['1.1', '-99.99', '1.100', '0', '9e1'].map(decimal)).toEqual([110, -9999, 110, 0, 9000]);
  expect(['100', '1.001', '1e2', '1e-3', '1e99999999999999999999'].map(decimal)).toEqual([
    null,
    null,
    null,
    null,
    null,
  ]);
});

test('a DOUBLE is read as it is printed', () => {
  expect(['1', ' -1.5E3 ', 'NaN', '+Infinity', '-Infinity', '.5'].map(parseDoubleText)).toEqual([
    1,
    -1500,
    NaN,
    Infinity,
    -Infinity,
    0.5,
  ]);
  expect(['', 'x', '1e', '0x10', '1_000', 'infinity'].map(parseDoubleText)).toEqual([
    null,
    null,
    null,
    null,
    null,
    null,
  ]);
});
