import { describe, expect, test } from 'vitest';
import { assert, property, string, double, bigInt, array } from 'fast-check';
import { parseExactJson, parseJson } from '../../src/api/exact-json.ts';

describe('parseJson', () => {
  test('gives safe integers as numbers and larger ones as bigints', () => {
    expect(parseJson('[1,-9007199254740991,9007199254740993,-9223372036854775808]')).toEqual([
      1,
      -9007199254740991,
      9007199254740993n,
      -9223372036854775808n,
    ]);
  });

  test('gives fractions as numbers, however they are written', () => {
    expect(parseJson('[1.50,10.0,1.0E10,0.30000000000000004,1.7976931348623157E308]')).toEqual([
      1.5, 10, 1e10, 0.30000000000000004, 1.7976931348623157e308,
    ]);
  });

  test('gives a decimal with more digits than a double as its text', () => {
    expect(parseJson('[12345678901234567.89,9007199254740991.4]')).toEqual([
      '12345678901234567.89',
      '9007199254740991.4',
    ]);
  });

  test('gives every double and every 64-bit integer back', () => {
    const integers = bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    const doubles = double({ noNaN: true, noDefaultInfinity: true });
    assert(
      property(array(integers), array(doubles), (whole, fractions) => {
        const text = `[${[...whole, ...fractions.map((value) => JSON.stringify(value))].join()}]`;
        const parsed = parseJson(text) as (number | bigint)[];
        expect(parsed.slice(0, whole.length).map(BigInt)).toEqual(whole);
        expect(parsed.slice(whole.length).map((value) => Number(value) + 0)).toEqual(
          fractions.map((value) => value + 0),
        );
      }),
    );
  });

  test('refuses what is not JSON', () => {
    expect(() => parseJson('[1,')).toThrow(SyntaxError);
  });
});

describe('parseExactJson', () => {
  test('keeps the digits of every number, nested ones too', () => {
    const text = '[1.50,10.0,{"a":[9007199254740993,-0.0]},1.0E10,7]';
    expect(JSON.stringify(parseExactJson(text))).toBe(text);
  });

  test('does not touch numbers inside strings', () => {
    assert(
      property(string(), (value) => {
        expect(parseExactJson(JSON.stringify(value))).toBe(value);
      }),
    );
  });
});
