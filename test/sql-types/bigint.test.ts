import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addBigint,
  divideBigint,
  multiplyBigint,
  negateBigint,
  remainderBigint,
  subtractBigint,
} from '../../src/sql/bigint.ts';
import { EvaluationError } from '../../src/sql/evaluation-error.ts';
import { integer, wrapBigint } from '../../src/sql/value.ts';

const MAX = 2n ** 63n - 1n;
const MIN = -(2n ** 63n);

const values = fc
  .oneof(
    fc.bigInt(-10n, 10n),
    fc.bigInt(2n ** 53n - 5n, 2n ** 53n + 5n),
    fc.bigInt(-(2n ** 53n) - 5n, -(2n ** 53n) + 5n),
    fc.bigInt(MIN, MAX),
    fc.constantFrom(MIN, MAX),
  )
  .map(integer);

describe('BIGINT arithmetic', () => {
  test('agrees with bigint wrapped to 64 bits, in canonical form', () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        const left = BigInt(a);
        const right = BigInt(b);
        expect(addBigint(a, b)).toBe(wrapBigint(left + right));
        expect(subtractBigint(a, b)).toBe(wrapBigint(left - right));
        expect(multiplyBigint(a, b)).toBe(wrapBigint(left * right));
        expect(negateBigint(a)).toBe(wrapBigint(-left));
        fc.pre(right !== 0n);
        expect(divideBigint(a, b)).toBe(wrapBigint(left / right));
        expect(remainderBigint(a, b)).toBe(wrapBigint(left % right));
      }),
      { numRuns: 1000 },
    );
  });

  test('wraps at both ends', () => {
    expect(addBigint(MAX, 1)).toBe(MIN);
    expect(negateBigint(MIN)).toBe(MIN);
    expect(divideBigint(MIN, -1)).toBe(MIN);
  });

  test('cuts quotients toward zero, gives remainders the sign of the dividend, and has no -0', () => {
    expect(divideBigint(-7, 2)).toBe(-3);
    expect(remainderBigint(-7, 2)).toBe(-1);
    expect(Object.is(remainderBigint(-4, 2), 0)).toBe(true);
    expect(Object.is(multiplyBigint(0, -5), 0)).toBe(true);
  });

  test('refuses to divide by zero', () => {
    expect(() => divideBigint(1, 0)).toThrow(EvaluationError);
    expect(() => remainderBigint(MAX, 0)).toThrow('Division by zero');
  });
});
