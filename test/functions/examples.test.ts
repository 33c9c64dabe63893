import { describe, expect, test } from 'vitest';
import { literalOf } from '../../src/analyze/literals.ts';
import { compile } from '../../src/expressions/compile.ts';
import { AMBIENT } from './evaluate.ts';
import { printLiteral } from '../../src/expressions/print.ts';
import { aggregates, scalarFunctions } from '../../src/functions/index.ts';
import type { SqlType, Value } from '../../src/sql/types.ts';
import { valueFormatter } from '../../src/sql/value-text.ts';
import { CONTEXT, typed } from '../expressions/typed.ts';

/** As the dialect prints a literal; collections as CAST(.. AS STRING) does. */
function shown(type: SqlType, value: Value): string | null {
  if (value !== null && ['ARRAY', 'MAP', 'STRUCT'].includes(type.kind)) {
    return valueFormatter(type)(value);
  }
  const literal = literalOf(type, value);
  return literal && printLiteral(literal);
}

const examples = scalarFunctions.flatMap(({ name, examples }) =>
  examples.map(({ sql, result }) => ({ name, sql, result })),
);

describe('the examples in the documentation of functions', () => {
  test.each(examples)('$sql is $result', ({ sql, result }) => {
    const expression = typed(sql);
    const value = compile(expression, 'stream', undefined, AMBIENT)([], CONTEXT);
    expect(shown(expression.type, value)).toBe(result);
  });

  test('each function has a description, an example that calls it, and a name of its own', () => {
    for (const { name, description, examples } of scalarFunctions) {
      expect(description, name).toMatch(/\.$/);
      expect(
        examples.some(({ sql }) => sql.startsWith(`${name}(`)),
        name,
      ).toBe(true);
    }
    for (const { name, description, examples, signatures } of aggregates) {
      expect(description, name).toMatch(/\.$/);
      expect(
        examples.some((sql) => sql.includes(`${name}(`)),
        name,
      ).toBe(true);
      expect(signatures.length, name).toBeGreaterThan(0);
    }
    const names = [...scalarFunctions, ...aggregates].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
