import { describe, expect, test } from 'vitest';
import { DatabaseError } from '../../src/base/errors.ts';
import type { ArgumentType } from '../../src/functions/overload.ts';
import {
  isAggregate,
  isScalar,
  resolveAggregate,
  resolveScalar,
} from '../../src/functions/resolve.ts';
import {
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  DOUBLE,
  formatType,
  INTEGER,
  STRING,
  type SqlType,
} from '../../src/sql/types.ts';

function decimal(precision: number, scale: number): SqlType {
  return { kind: 'DECIMAL', precision, scale };
}

function array(element: SqlType): SqlType {
  return { kind: 'ARRAY', element };
}

function map(key: SqlType, value: SqlType): SqlType {
  return { kind: 'MAP', key, value };
}

/** `argument types -> result type`, or the first line of the refusal. */
function resolved(name: string, ...argumentTypes: (SqlType | null)[]): string {
  try {
    const { parameterTypes, returnType } = resolveScalar(name, argumentTypes);
    return `${parameterTypes.map(formatType).join(' ')} -> ${formatType(returnType)}`;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return `${error.code}: ${error.message.split('\n')[0]}`;
  }
}

describe('resolveScalar', () => {
  test('takes an exact match before conversions', () => {
    expect(resolved('abs', INTEGER)).toBe('INTEGER -> INTEGER');
    expect(resolved('ABS', decimal(4, 2))).toBe('DECIMAL(4, 2) -> DECIMAL(4, 2)');
    expect(resolved('SQRT', decimal(4, 2))).toBe('DOUBLE -> DOUBLE');
    expect(resolved('ROUND', decimal(4, 2))).toBe('DECIMAL(4, 2) -> DECIMAL(2, 0)');
    expect(resolved('ROUND', decimal(2, 2))).toBe('DECIMAL(2, 2) -> DECIMAL(1, 0)');
  });

  test('refuses a call that fits two overloads only by widening', () => {
    expect(resolved('GREATEST', INTEGER, BIGINT)).toBe(
      "TYPE_MISMATCH: Function 'greatest' cannot be resolved due to ambiguous method parameters (INTEGER, BIGINT).",
    );
    expect(resolved('ROUND', INTEGER, INTEGER)).toMatch(/^TYPE_MISMATCH: .*ambiguous/);
    expect(resolved('ABS', null)).toMatch(/^TYPE_MISMATCH: .*ambiguous/);
    expect(resolved('GREATEST', null, null)).toMatch(/^TYPE_MISMATCH: .*ambiguous/);
  });

  test('widens when only one overload is left', () => {
    expect(resolved('GREATEST', INTEGER, DOUBLE)).toBe('DOUBLE DOUBLE -> DOUBLE');
    expect(resolved('GREATEST', INTEGER, BIGINT, DOUBLE)).toBe('DOUBLE DOUBLE DOUBLE -> DOUBLE');
    expect(resolved('LEAST', DATE, STRING)).toBe('DATE DATE -> DATE');
    expect(resolved('GREATEST', decimal(4, 2), decimal(5, 1))).toBe(
      'DECIMAL(6, 2) DECIMAL(6, 2) -> DECIMAL(6, 2)',
    );
    expect(resolved('ROUND', BIGINT, null)).toMatch(/ambiguous/);
  });

  test('gives a NULL literal the type of its parameter', () => {
    expect(resolved('GREATEST', null, INTEGER)).toBe('INTEGER INTEGER -> INTEGER');
    expect(resolved('CONCAT', STRING, null)).toBe('STRING STRING -> STRING');
    expect(resolved('COALESCE', null, decimal(4, 2))).toBe(
      'DECIMAL(4, 2) DECIMAL(4, 2) -> DECIMAL(4, 2)',
    );
  });

  test('takes generic parameters only when they agree exactly', () => {
    expect(resolved('IFNULL', INTEGER, INTEGER)).toBe('INTEGER INTEGER -> INTEGER');
    expect(resolved('IFNULL', INTEGER, BIGINT)).toBe(
      "TYPE_MISMATCH: Function 'IFNULL' does not accept parameters (INTEGER, BIGINT).",
    );
    expect(resolved('COALESCE', decimal(4, 2), INTEGER)).toMatch(/^TYPE_MISMATCH/);
    expect(resolved('COALESCE', null)).toMatch(/^TYPE_MISMATCH/);
  });

  test('takes any number of variadic arguments, and not fewer than the fixed ones', () => {
    expect(resolved('CONCAT_WS', STRING, STRING, STRING, STRING)).toBe(
      'STRING STRING STRING STRING -> STRING',
    );
    expect(resolved('CONCAT_WS', STRING)).toMatch(/^TYPE_MISMATCH/);
    expect(resolved('COALESCE')).toMatch(/^TYPE_MISMATCH/);
  });

  test('lists the signatures in a refusal', () => {
    expect(() => resolveScalar('SUBSTRING', [INTEGER, INTEGER])).toThrow(
      [
        "Function 'substring' does not accept parameters (INTEGER, INTEGER).",
        'Valid alternatives are:',
        'substring(STRING text, INTEGER position)',
        'substring(STRING text, INTEGER position, INTEGER length)',
        'substring(BYTES bytes, INTEGER position)',
        'substring(BYTES bytes, INTEGER position, INTEGER length)',
        'For detailed information on a function run: DESCRIBE FUNCTION substring;',
      ].join('\n'),
    );
  });

  test('names the nearest function when there is none of the name', () => {
    expect(resolved('substr', STRING)).toBe(
      "UNKNOWN_FUNCTION: Can't find any functions with the name 'SUBSTR'",
    );
    expect(resolved('SUBSTRIN', STRING)).toBe(
      "UNKNOWN_FUNCTION: Can't find any functions with the name 'SUBSTRIN'. Did you mean SUBSTRING?",
    );
  });
});

describe('patterns of types', () => {
  test('bind their letters inside of collections', () => {
    expect(resolved('ARRAY_MAX', array(decimal(4, 2)))).toBe(
      'ARRAY<DECIMAL(4, 2)> -> DECIMAL(4, 2)',
    );
    expect(resolved('MAP_VALUES', map(STRING, array(DATE)))).toBe(
      'MAP<STRING, ARRAY<DATE>> -> ARRAY<ARRAY<DATE>>',
    );
    expect(resolved('ARRAY_CONCAT', null, array(BYTES))).toBe(
      'ARRAY<BYTES> ARRAY<BYTES> -> ARRAY<BYTES>',
    );
  });

  test('agree exactly, in collections as outside', () => {
    expect(resolved('ARRAY_CONTAINS', array(BIGINT), INTEGER)).toBe(
      "TYPE_MISMATCH: Function 'ARRAY_CONTAINS' does not accept parameters (ARRAY<BIGINT>, INTEGER).",
    );
    expect(resolved('ARRAY_UNION', array(INTEGER), array(BIGINT))).toMatch(/^TYPE_MISMATCH/);
    expect(resolved('ARRAY_LENGTH', map(STRING, STRING))).toMatch(/^TYPE_MISMATCH/);
    expect(resolved('ARRAY_LENGTH', null)).toMatch(/^TYPE_MISMATCH/);
    expect(resolved('MAP_KEYS', map(INTEGER, STRING))).toMatch(/^TYPE_MISMATCH/);
  });

  test('are written with their letters in refusals', () => {
    expect(() => resolveScalar('REDUCE', [INTEGER])).toThrow(
      [
        'reduce(ARRAY<T> array, S state, LAMBDA (S, T) => S lambda)',
        'reduce(MAP<K, V> map, S state, LAMBDA (S, K, V) => S lambda)',
      ].join('\n'),
    );
  });
});

test('a lambda gets the types of its parameters from the arguments to its left', () => {
  const asked: string[] = [];
  const lambda: ArgumentType = {
    kind: 'LAMBDA',
    parameterNames: ['S', 'X'],
    bodyType: (types) => {
      asked.push(types.map(formatType).join(', '));
      return BIGINT;
    },
  };
  const result = resolveScalar('REDUCE', [array(DATE), BIGINT, lambda]);
  expect(result.lambdaParameterTypes).toEqual([[], [], [BIGINT, DATE]]);
  expect(result.returnType).toEqual(BIGINT);
  expect(asked).toEqual(['BIGINT, DATE']);
});

test('tells scalar functions from aggregates, in any case', () => {
  expect([isScalar('ucase'), isScalar('count'), isScalar('nope')]).toEqual([true, false, false]);
  expect([isAggregate('Count'), isAggregate('UCASE')]).toEqual([true, false]);
});

describe('resolveAggregate', () => {
  test.each<[string, (SqlType | null)[], string]>([
    ['COUNT', [], 'BIGINT'],
    ['count', [STRING], 'BIGINT'],
    ['SUM', [INTEGER], 'INTEGER'],
    ['SUM', [decimal(4, 2)], 'DECIMAL(4, 2)'],
    ['AVG', [BIGINT], 'DOUBLE'],
    ['MIN', [STRING], 'STRING'],
    ['MAX', [BYTES], 'BYTES'],
  ])('%s of %j is %s', (name, types, result) => {
    expect(formatType(resolveAggregate(name, types).resultType)).toBe(result);
  });

  test.each<[string, (SqlType | null)[]]>([
    ['SUM', [STRING]],
    ['SUM', []],
    ['AVG', [decimal(4, 2)]],
    ['MAX', [BOOLEAN]],
    ['MIN', [null]],
    ['COUNT', [STRING, STRING]],
  ])('refuses %s of %j', (name, types) => {
    expect(() => resolveAggregate(name, types)).toThrow('Valid alternatives are:');
  });

  test('names the nearest aggregate when there is none of the name', () => {
    expect(() => resolveAggregate('COUNTT', [])).toThrow('Did you mean COUNT?');
  });
});
