import { describe, expect, test } from 'vitest';
import { printExpression, printLiteral } from '../../src/expressions/print.ts';
import { BYTES, DATE, DOUBLE, TIMESTAMP } from '../../src/sql/types.ts';
import { typed } from './typed.ts';

describe('printExpression', () => {
  test.each([
    ['i + 1', '(I + 1)'],
    ['I+J*2', '(I + (J * 2))'],
    ["s = 'it''s'", "(S = 'it''s')"],
    ['i > 1 and j < 2', '((I > 1) AND (J < 2))'],
    ['i > 1 or not b', '((I > 1) OR (NOT B))'],
    ["s like 'x' escape '!'", "(S LIKE 'x' ESCAPE '!')"],
    ["s not like 'x'", "(S NOT LIKE 'x')"],
    ['s is not null', '(S IS NOT NULL)'],
    ['i is distinct from j', '(I IS DISTINCT FROM J)'],
    ['i is not distinct from j', '(I IS NOT DISTINCT FROM J)'],
    ['i not in (1, 2)', '(I NOT IN (1, 2))'],
    ['case when b then 1 else 2 end', '(CASE WHEN B THEN 1 ELSE 2 END)'],
    ['case when b then 1 end', '(CASE WHEN B THEN 1 END)'],
    ['-i', '-I'],
    ['- -1', '- -1'],
    ['cast(i as varchar)', 'CAST(I AS STRING)'],
    ['ucase(s)', 'UCASE(S)'],
    ["s || 'x'", "CONCAT(S, 'x')"],
    ['greatest(i, d)', 'GREATEST(I, D)'],
    ['true', 'true'],
    ['1.50', '1.50'],
    ['9007199254740993', '9007199254740993'],
    ['15e-3', '1.5E-2'],
    ['1e0', '1E0'],
    ['rowtime', 'ROWTIME'],
    ['a[i+1]', 'A[(I + 1)]'],
    ['array[a, array[1]]', 'ARRAY[A, ARRAY[1]]'],
    ["map('a' := 1)['a']", "MAP('a':=1)['a']"],
    [
      'transform(a, `x y` => reduce(a, `x y`, (total, z) => total + z))',
      'TRANSFORM(A, (`x y`) => REDUCE(A, `x y`, (TOTAL, Z) => (TOTAL + Z)))',
    ],
    ['struct(f := 1, `g h` := s)->`g h`', 'STRUCT(F:=1, `g h`:=S)->`g h`'],
  ])('writes %s as %s', (sql, printed) => {
    expect(printExpression(typed(sql))).toBe(printed);
  });

  test.each([
    ['lower', '`lower`'],
    ['SELECT', '`SELECT`'],
    ['A`B', '`A``B`'],
    ['A_1', 'A_1'],
  ])('quotes the name %s where needed', (name, printed) => {
    expect(printExpression({ kind: 'column', type: DOUBLE, index: 0, name })).toBe(printed);
  });

  test('leaves out conversions that nobody wrote', () => {
    const operand = typed('I');
    expect(printExpression({ kind: 'cast', type: DOUBLE, operand, implicit: true })).toBe('I');
  });

  test('writes literals of types without literals as text', () => {
    expect(printLiteral({ kind: 'literal', type: DATE, value: 1 })).toBe("'1970-01-02'");
    expect(printLiteral({ kind: 'literal', type: TIMESTAMP, value: -1 })).toBe(
      "'1969-12-31T23:59:59.999'",
    );
    expect(printLiteral({ kind: 'literal', type: BYTES, value: 'AQI=' })).toBe("'AQI='");
  });
});
