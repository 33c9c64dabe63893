import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../evaluate.ts';

describe('ENCODE', () => {
  test.each([
    ["ENCODE('4578616D', 'hex', 'ascii')", 'Exam'],
    ["ENCODE('0x578', 'hex', 'base64')", 'BXg='],
    ["ENCODE('x''4578''', 'HEX', 'utf8')", 'Ex'],
    ["ENCODE('0x', 'hex', 'utf8')", ''],
    ["ENCODE('X''''', 'hex', 'utf8')", ''],
    ["ENCODE('Ελ😀', 'ascii', 'utf8')", '???'],
    ["ENCODE('ce95', 'hex', 'ascii')", '��'],
    ["ENCODE('SGVs bG8', 'base64', 'ascii')", 'Hello'],
    ["ENCODE(S, 'hex', 'utf8')", null],
    ["ENCODE('a', S, 'utf8')", null],
  ])('%s is %s', (sql, expected) => {
    expect(evaluate(sql)).toBe(expected);
  });

  test.each([
    ["ENCODE('123', 'hex', 'utf8')", "'123' is not an even number of hexadecimal digits"],
    ["ENCODE('0x0x', 'hex', 'utf8')", "'0x' is not an even number of hexadecimal digits"],
    ["ENCODE('x''1', 'hex', 'utf8')", "'x'1' is not an even number of hexadecimal digits"],
    ["ENCODE('a', 'utf8', 'UTF8')", 'ENCODE needs two different encodings, but found utf8 twice'],
    ["ENCODE('a', 'utf9', 'hex')", "ENCODE does not know the encoding 'utf9'"],
  ])('%s is refused', (sql, message) => {
    expect(() => evaluate(sql)).toThrow(message);
  });
});

describe('TO_BYTES and FROM_BYTES', () => {
  test.each([
    ["TO_BYTES('0xff', 'hex')", "'0xff' is not an even number of hexadecimal digits"],
    ["TO_BYTES('a b=', 'base64')", "'a b=' is not base64"],
    ["TO_BYTES('a', 'latin1')", "TO_BYTES does not know the encoding 'latin1'"],
    ["FROM_BYTES(Y, 'latin1')", "FROM_BYTES does not know the encoding 'latin1'"],
  ])('%s is refused', (sql, message) => {
    expect(() => evaluate(sql, { Y: new Uint8Array(1) })).toThrow(message);
  });

  test('nulls give null', () => {
    expect(evaluate("TO_BYTES(S, 'hex')")).toBeNull();
    expect(evaluate("FROM_BYTES(Y, 'hex')")).toBeNull();
  });

  test.each(['hex', 'base64'])('%s gives back any bytes', (encoding) => {
    fc.assert(
      fc.property(fc.uint8Array(), (Y) => {
        const sql = `TO_BYTES(FROM_BYTES(Y, '${encoding}'), '${encoding}')`;
        expect(evaluate(sql, { Y })).toEqual(new Uint8Array(Y));
      }),
    );
  });

  test('utf8 gives back any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (S) => {
        expect(evaluate("FROM_BYTES(TO_BYTES(S, 'utf8'), 'utf8')", { S })).toBe(S);
      }),
    );
  });
});
