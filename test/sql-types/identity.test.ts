import { array, assert, constantFrom, option, property, tuple, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileEquality } from '../../src/sql/compare.ts';
import { identityOf } from '../../src/sql/identity.ts';
import { BIGINT, BYTES, DOUBLE, formatType, INTEGER, STRING } from '../../src/sql/types.ts';
import type { SqlType, Value } from '../../src/sql/types.ts';

const STRINGS: SqlType = { kind: 'ARRAY', element: STRING };
const BY_NAME: SqlType = { kind: 'MAP', key: STRING, value: INTEGER };
const STRUCT: SqlType = {
  kind: 'STRUCT',
  fields: [
    { name: 'A', type: STRINGS },
    { name: 'B', type: BYTES },
  ],
};

function same(type: SqlType, a: Value, b: Value): boolean {
  const identity = identityOf(type);
  return new Set([identity(a), identity(b)]).size === 1;
}

describe('identityOf', () => {
  test('is the same for equal values', () => {
    const equal: [SqlType, Value, Value][] = [
      [INTEGER, 1, 1],
      [BIGINT, 2n ** 60n, 2n ** 60n],
      [DOUBLE, NaN, NaN],
      [BYTES, new Uint8Array([1, 255]), new Uint8Array([1, 255])],
      [STRINGS, ['a', null], ['a', null]],
      [STRUCT, [['a'], null], [['a'], null]],
      [STRUCT, null, null],
      [
        BY_NAME,
        new Map([
          ['a', 1],
          ['b', 2],
        ]),
        new Map([
          ['b', 2],
          ['a', 1],
        ]),
      ],
    ];
    for (const [type, a, b] of equal) expect(same(type, a, b), formatType(type)).toBe(true);
  });

  test('tells different values apart', () => {
    const different: [SqlType, Value, Value][] = [
      [STRING, '1', 'null'],
      [STRINGS, [null], ['null']],
      [STRINGS, ['a', 'b'], ['a,b']],
      [STRINGS, ['a","b'], ['a', 'b']],
      [STRINGS, [], null],
      [BYTES, new Uint8Array([1]), new Uint8Array([1, 0])],
      [STRUCT, [['a'], null], [['a'], new Uint8Array()]],
      [BY_NAME, new Map([['a', 1]]), new Map([['a', 2]])],
      [BY_NAME, new Map([['a', null]]), new Map()],
    ];
    for (const [type, a, b] of different) expect(same(type, a, b), formatType(type)).toBe(false);
  });

  test('agrees with deep equality', () => {
    const text = constantFrom('a', 'b', '"', ',', '');
    const structs = option(
      tuple(
        option(array(option(text), { maxLength: 2 })),
        option(uint8Array({ maxLength: 2, max: 2 })),
      ),
    );
    const equal = compileEquality(STRUCT, STRUCT);
    assert(
      property(structs, structs, (a, b) => {
        expect(same(STRUCT, a, b)).toBe(equal(a, b));
      }),
    );
  });
});
