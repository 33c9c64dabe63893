import { describe, expect, test } from 'vitest';
import { literalOf } from '../../src/analyze/literals.ts';
import { compile } from '../../src/expressions/compile.ts';
import { printLiteral } from '../../src/expressions/print.ts';
import { aggregates, scalarFunctions } from '../../src/functions/index.ts';
import { CONTEXT, typed } from '../expressions/typed.ts';

const examples = scalarFunctions.flatMap(({ name, examples }) =>
  examples.map(({ sql, result }) => ({ name, sql, result })),
);

describe('the examples in the documentation of functions', () => {
  test.each(examples)('$sql is $result', ({ sql, result }) => {
    const expression = typed(sql);
    const value = compile(expression, 'stream')([], CONTEXT);
    const literal = literalOf(expression.type, value);
    expect(literal && printLiteral(literal)).toBe(result);
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
