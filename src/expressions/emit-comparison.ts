import { js, type Code } from '../base/generate.ts';
import { compileComparison, compileEquality, compileTotalOrder } from '../sql/compare.ts';
import type { ComparisonOperator } from '../sql/coerce.ts';
import type { SqlType } from '../sql/types.ts';
import { afterLoading, anyNull, load, type Emission } from './emission.ts';
import type { ComparisonExpression, DistinctExpression } from './expression.ts';
import { isNullable } from './properties.ts';

/** A comparison: false when an operand is null. */
export function emitComparison(expression: ComparisonExpression, emission: Emission): Code {
  const { left, right, operator } = expression;
  const test = comparisonTest(operator, left.type, right.type, emission);
  if (!isNullable(left, emission.rules) && !isNullable(right, emission.rules) && !test.usesTwice) {
    return js`(${test.write(emission.emit(left), emission.emit(right))})`;
  }
  const a = load(left, emission);
  const b = load(right, emission);
  const result = test.write(a.name, b.name);
  const missing = anyNull([a, b]);
  return afterLoading([a, b], missing === null ? result : js`!(${missing}) && ${result}`);
}

interface Test {
  /** Whether an operand stands twice in the code and so must be a name. */
  readonly usesTwice: boolean;
  /** The code that compares two values, neither of them null. */
  write(a: Code, b: Code): Code;
}

function comparisonTest(
  operator: ComparisonOperator,
  left: SqlType,
  right: SqlType,
  { builder, rules }: Emission,
): Test {
  const hasDouble = left.kind === 'DOUBLE' || right.kind === 'DOUBLE';
  // In pull queries NaN equals NaN.
  if (hasDouble && rules.mode === 'pull') {
    const order = builder.constant(compileTotalOrder(left, right));
    return orderTest(operator, order);
  }
  if (arePlainNumbers(left, right) || isOrderedByOperators(left, right)) {
    return plainTest(operator, hasDouble);
  }
  if (isCollectionOrBoolean(left)) {
    const equality = builder.constant(compileEquality(left, right));
    return {
      usesTwice: false,
      write: (a, b) =>
        operator === '=' ? js`${equality}(${a}, ${b})` : js`!${equality}(${a}, ${b})`,
    };
  }
  return orderTest(operator, builder.constant(compileComparison(left, right)));
}

/** JavaScript compares a number with a bigint by value. */
function arePlainNumbers(left: SqlType, right: SqlType): boolean {
  const plain: readonly SqlType['kind'][] = ['INTEGER', 'BIGINT', 'DOUBLE'];
  return plain.includes(left.kind) && plain.includes(right.kind);
}

const ORDERED_KINDS: readonly SqlType['kind'][] = ['STRING', 'TIME', 'DATE', 'TIMESTAMP'];

function isOrderedByOperators(left: SqlType, right: SqlType): boolean {
  if (left.kind === 'DECIMAL' && right.kind === 'DECIMAL') return left.scale === right.scale;
  return left.kind === right.kind && ORDERED_KINDS.includes(left.kind);
}

function isCollectionOrBoolean({ kind }: SqlType): boolean {
  return kind === 'BOOLEAN' || kind === 'ARRAY' || kind === 'MAP' || kind === 'STRUCT';
}

/** Operators of JavaScript. With DOUBLE, `<>` must be false for NaN, and a double may equal a bigint. */
function plainTest(operator: ComparisonOperator, hasDouble: boolean): Test {
  return {
    usesTwice: hasDouble && operator === '<>',
    write(a, b) {
      switch (operator) {
        case '=':
          return hasDouble ? js`${a} == ${b}` : js`${a} === ${b}`;
        case '<>':
          return hasDouble ? js`(${a} < ${b} || ${a} > ${b})` : js`${a} !== ${b}`;
        case '<':
          return js`${a} < ${b}`;
        case '<=':
          return js`${a} <= ${b}`;
        case '>':
          return js`${a} > ${b}`;
        case '>=':
          return js`${a} >= ${b}`;
      }
    },
  };
}

/** By a function that returns a number below, at or above zero, or NaN, for which every test is false. */
function orderTest(operator: ComparisonOperator, order: Code): Test {
  return {
    usesTwice: false,
    write(a, b) {
      const compared = js`${order}(${a}, ${b})`;
      switch (operator) {
        case '=':
          return js`${compared} === 0`;
        case '<>':
          // Also false for NaN.
          return js`${compared} ** 2 > 0`;
        case '<':
          return js`${compared} < 0`;
        case '<=':
          return js`${compared} <= 0`;
        case '>':
          return js`${compared} > 0`;
        case '>=':
          return js`${compared} >= 0`;
      }
    },
  };
}

/** Whether two values of the type, in canonical form, are equal exactly when they are `===`. */
export function isIdentityComparable(type: SqlType): boolean {
  switch (type.kind) {
    case 'BOOLEAN':
    case 'INTEGER':
    case 'BIGINT':
    case 'DECIMAL':
    case 'STRING':
    case 'TIME':
    case 'DATE':
    case 'TIMESTAMP':
      return true;
    default:
      return false;
  }
}

/** IS [NOT] DISTINCT FROM: null is the same as null and differs from all else. */
export function emitDistinct(expression: DistinctExpression, emission: Emission): Code {
  const { left, right, negated } = expression;
  const a = emission.emit(left);
  const b = emission.emit(right);
  const sameScale = left.type.kind !== 'DECIMAL' || isOrderedByOperators(left.type, right.type);
  if (left.type.kind === right.type.kind && isIdentityComparable(left.type) && sameScale) {
    return negated ? js`(${a} === ${b})` : js`(${a} !== ${b})`;
  }
  const equality = emission.builder.constant(compileEquality(left.type, right.type));
  return negated ? js`${equality}(${a}, ${b})` : js`!${equality}(${a}, ${b})`;
}
