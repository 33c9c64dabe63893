import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { branch } from '../../src/analyze/expression-tree.ts';
import { compile, compilePredicate, compileRow } from '../../src/expressions/compile.ts';
import type { Expression } from '../../src/expressions/expression.ts';
import { resolveScalar } from '../../src/functions/resolve.ts';
import { arithmeticType } from '../../src/sql/coerce.ts';
import { EvaluationError } from '../../src/sql/evaluation-error.ts';
import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  INTEGER,
  STRING,
  type Row,
  type SqlType,
  type Value,
} from '../../src/sql/types.ts';
import { integer } from '../../src/sql/value.ts';
import { condition, interpret, InterpreterError, type Rules } from './interpreter.ts';
import { column, CONTEXT, COLUMNS, row } from './typed.ts';

const { M: MONEY } = COLUMNS;
const bigints = fc.oneof(
  fc.bigInt(-5n, 5n),
  fc.bigInt(2n ** 53n - 3n, 2n ** 53n + 3n),
  fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
);
const integers = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer());
const doubles = fc.constantFrom(0, -0, 0.1, 0.5, -1.5, 3, 1e7, 2 ** 60, NaN, Infinity, -Infinity);
const texts = fc.constantFrom('', 'a', 'true', '12', '-7', '99999999999', 'null');
const money = fc.integer({ min: -9999, max: 9999 });

const rows: fc.Arbitrary<Row> = fc
  .record({
    I: fc.option(integers),
    J: fc.option(integers),
    L: fc.option(bigints.map(integer)),
    D: fc.option(doubles),
    M: fc.option(money),
    S: fc.option(texts),
    B: fc.option(fc.boolean()),
  })
  .map((values) => row(values));

const operators = fc.constantFrom('+', '-', '*', '/', '%');

function literal(type: SqlType, value: null | boolean | number | string): Expression {
  return { kind: 'literal', type, value };
}

function call(name: string, parts: readonly Expression[]): Expression {
  const { overload, returnType } = resolveScalar(
    name,
    parts.map((part) => part.type),
  );
  return { kind: 'call', type: returnType, name, overload, arguments: parts };
}

function leaf(own: fc.Arbitrary<Expression>, type: SqlType): fc.Arbitrary<Expression> {
  return fc.oneof({ arbitrary: own, weight: 6 }, fc.constant(literal(type, null)));
}

function arithmetic(
  left: fc.Arbitrary<Expression>,
  right: fc.Arbitrary<Expression>,
): fc.Arbitrary<Expression> {
  return fc.tuple(operators, left, right).map(([operator, left, right]) => {
    const type = arithmeticType(operator, left.type, right.type)!;
    return { kind: 'arithmetic', type, operator, left, right };
  });
}

function negated(own: fc.Arbitrary<Expression>): fc.Arbitrary<Expression> {
  return own.map((operand) => ({ kind: 'negate', type: operand.type, operand }));
}

function cast(operand: Expression, type: SqlType): Expression {
  return { kind: 'cast', type, operand, implicit: false };
}

/** A part read back from an array, a map or a struct that was just made of several. */
function readBack(
  own: fc.Arbitrary<Expression>,
  indexes: fc.Arbitrary<Expression>,
  keys: fc.Arbitrary<Expression>,
): fc.Arbitrary<Expression> {
  const some = fc.array(own, { minLength: 1, maxLength: 3 });
  const entries = fc.array(fc.record({ key: keys, value: own }), { minLength: 1, maxLength: 3 });
  return fc.oneof(
    fc.tuple(some, indexes).map(([elements, index]): Expression => {
      const { type } = elements[0]!;
      const base = { kind: 'array', type: { kind: 'ARRAY', element: type }, elements } as const;
      return { kind: 'subscript', type, base, index };
    }),
    fc.tuple(entries, keys).map(([members, index]): Expression => {
      const { type } = members[0]!.value;
      const mapType = { kind: 'MAP', key: index.type, value: type } as const;
      const base = { kind: 'map', type: mapType, entries: members } as const;
      return { kind: 'subscript', type, base, index };
    }),
    some.map((values): Expression => {
      const fields = values.map((value, index) => ({ name: `F${index}`, type: value.type }));
      const base = { kind: 'struct', type: { kind: 'STRUCT', fields }, values } as const;
      const last = fields.length - 1;
      const { name: field, type } = fields[last]!;
      return { kind: 'dereference', type, base, fieldIndex: last, field };
    }),
  );
}

function choice(when: Expression, then: Expression, otherwise: Expression | null): Expression {
  return { kind: 'case', type: then.type, branches: [branch(when, then)], otherwise };
}

const comparisons = fc.constantFrom('=', '<>', '<', '<=', '>', '>=');

/** Results of DECIMAL arithmetic are compared, not calculated with further, so that their size stays bounded. */
const {
  integer: integerExpression,
  bigint,
  double,
  decimal,
  text,
  boolean,
} = fc.letrec<{
  integer: Expression;
  bigint: Expression;
  double: Expression;
  decimal: Expression;
  text: Expression;
  boolean: Expression;
  number: Expression;
}>((tie) => {
  function alternatives(own: fc.Arbitrary<Expression>): fc.Arbitrary<Expression> {
    return fc.oneof(
      fc
        .tuple(tie('boolean'), own, fc.option(own))
        .map(([when, then, otherwise]) => choice(when, then, otherwise)),
      fc.array(own, { minLength: 1, maxLength: 3 }).map((parts) => call('COALESCE', parts)),
      readBack(own, tie('integer'), tie('text')),
    );
  }
  const shallow = { depthSize: 'small', maxDepth: 5 } as const;
  const number = fc.oneof(tie('integer'), tie('bigint'), tie('double'), tie('decimal'));
  const pairs = fc.oneof(
    fc.tuple(tie('number'), tie('number')),
    fc.tuple(tie('text'), tie('text')),
  );
  return {
    number,
    integer: fc.oneof(
      shallow,
      leaf(
        fc.oneof(
          fc.constantFrom(column('I'), column('J')),
          integers.map((value) => literal(INTEGER, value)),
        ),
        INTEGER,
      ),
      arithmetic(tie('integer'), tie('integer')),
      negated(tie('integer')),
      fc.oneof(tie('text'), tie('bigint'), tie('decimal')).map((part) => cast(part, INTEGER)),
      alternatives(tie('integer')),
    ),
    bigint: fc.oneof(
      shallow,
      leaf(
        fc.oneof(
          fc.constant(column('L')),
          bigints.map((value) => literal(BIGINT, String(value))),
        ),
        BIGINT,
      ),
      arithmetic(tie('bigint'), fc.oneof(tie('integer'), tie('bigint'))),
      negated(tie('bigint')),
      fc.oneof(tie('text'), tie('integer')).map((part) => cast(part, BIGINT)),
      tie('bigint').map((part) => call('ABS', [part])),
      tie('integer').map((part) => call('ROUND', [part])),
      alternatives(tie('bigint')),
    ),
    double: fc.oneof(
      shallow,
      leaf(fc.constant(column('D')), DOUBLE),
      arithmetic(tie('double'), tie('number')),
      negated(tie('double')),
      fc.oneof(tie('integer'), tie('bigint'), tie('decimal')).map((part) => cast(part, DOUBLE)),
      alternatives(tie('double')),
    ),
    decimal: fc.oneof(
      shallow,
      leaf(
        fc.oneof(
          fc.constant(column('M')),
          money.map((value) => literal(MONEY, String(value))),
        ),
        MONEY,
      ),
      arithmetic(fc.constant(column('M')), fc.oneof(fc.constant(column('M')), tie('integer'))),
      negated(tie('decimal')),
    ),
    text: fc.oneof(
      shallow,
      leaf(
        fc.oneof(
          fc.constant(column('S')),
          texts.map((value) => literal(STRING, value)),
        ),
        STRING,
      ),
      fc.tuple(tie('text'), tie('text')).map(([left, right]) => ({
        kind: 'arithmetic' as const,
        type: STRING,
        operator: '+' as const,
        left,
        right,
      })),
      fc.tuple(tie('text'), tie('text')).map((parts) => call('CONCAT', parts)),
      fc.oneof(tie('integer'), tie('bigint'), tie('boolean')).map((part) => cast(part, STRING)),
      alternatives(tie('text')),
    ),
    boolean: fc.oneof(
      shallow,
      leaf(
        fc.oneof(
          fc.constant(column('B')),
          fc.boolean().map((value) => literal(BOOLEAN, value)),
        ),
        BOOLEAN,
      ),
      fc.tuple(comparisons, pairs).map(([operator, [left, right]]) => ({
        kind: 'comparison' as const,
        type: BOOLEAN,
        operator,
        left,
        right,
      })),
      fc.tuple(fc.boolean(), pairs).map(([negated, [left, right]]) => ({
        kind: 'distinct' as const,
        type: BOOLEAN,
        negated,
        left,
        right,
      })),
      fc
        .tuple(fc.constantFrom('AND', 'OR'), tie('boolean'), tie('boolean'))
        .map(([operator, left, right]) => ({
          kind: 'logical' as const,
          type: BOOLEAN,
          operator,
          left,
          right,
        })),
      tie('boolean').map((operand) => ({ kind: 'not' as const, type: BOOLEAN, operand })),
      fc
        .tuple(fc.boolean(), fc.oneof(tie('number'), tie('text'), tie('boolean')))
        .map(([negated, operand]) => ({
          kind: 'isNull' as const,
          type: BOOLEAN,
          negated,
          operand,
        })),
      fc
        .tuple(
          fc.boolean(),
          fc.constantFrom('integer' as const, 'bigint' as const, 'text' as const),
        )
        .chain(([negated, type]) =>
          fc
            .tuple(tie(type), fc.array(tie(type), { minLength: 1, maxLength: 7 }))
            .map(([operand, options]) => ({
              kind: 'in' as const,
              type: BOOLEAN,
              negated,
              operand,
              options,
            })),
        ),
      tie('text').map((part) => cast(part, BOOLEAN)),
      alternatives(tie('boolean')),
    ),
  };
});

const expressions = fc.oneof(integerExpression, bigint, double, decimal, text, boolean);

/** The value, or the word for an evaluation error. */
function outcome(evaluate: () => Value): Value | { readonly error: true } {
  try {
    return evaluate();
  } catch (error) {
    if (error instanceof EvaluationError || error instanceof InterpreterError) {
      return { error: true };
    }
    throw error;
  }
}

function isError(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'error' in value;
}

const STREAM: Rules = { mode: 'stream', nestedError: 'NULL' };
const PULL: Rules = { mode: 'pull', nestedError: 'FAIL' };

test('compiled expressions agree with an interpreter', () => {
  fc.assert(
    fc.property(expressions, fc.array(rows, { minLength: 5, maxLength: 5 }), (expression, rows) => {
      for (const rules of [STREAM, PULL]) {
        const compiled = compile(expression, rules.mode);
        for (const values of rows) {
          expect(outcome(() => compiled(values, CONTEXT))).toEqual(
            outcome(() => interpret(expression, values, rules)),
          );
        }
      }
    }),
    { numRuns: 2000 },
  );
});

test('compiled predicates agree with an interpreter', () => {
  const cases = [
    { mode: 'stream', nestedError: 'FALSE' },
    { mode: 'pull', nestedError: 'FAIL' },
  ] as const;
  fc.assert(
    fc.property(boolean, fc.array(rows, { minLength: 5, maxLength: 5 }), (expression, rows) => {
      for (const rules of cases) {
        const compiled = compilePredicate(expression, rules.mode);
        for (const values of rows) {
          expect(outcome(() => compiled(values, CONTEXT))).toEqual(
            outcome(() => condition(expression, values, rules)),
          );
        }
      }
    }),
    { numRuns: 1000 },
  );
});

test('compiled rows hold the value of each column, or null where it failed', () => {
  fc.assert(
    fc.property(fc.array(expressions, { maxLength: 5 }), rows, (columns, values) => {
      const failed = new Set<number>();
      const compute = compileRow(columns, 'stream', (index) => failed.add(index));
      const expected = columns.map((expression) =>
        outcome(() => interpret(expression, values, STREAM)),
      );
      expect(compute(values, CONTEXT)).toEqual(
        expected.map((value) => (isError(value) ? null : value)),
      );
      for (const [index, value] of expected.entries()) {
        if (isError(value)) expect(failed).toContain(index);
      }
    }),
    { numRuns: 500 },
  );
});
