import { assert } from '../base/assert.ts';
import { js, type Code, type FunctionBuilder } from '../base/generate.ts';
import {
  addBigint,
  divideBigint,
  multiplyBigint,
  negateBigint,
  remainderBigint,
  subtractBigint,
} from '../sql/bigint.ts';
import { decimalToDouble } from '../sql/cast-number.ts';
import { asDecimal, type ArithmeticOperator } from '../sql/coerce.ts';
import {
  addDecimals,
  divideDecimals,
  multiplyDecimals,
  negateInteger,
  remainderDecimals,
  subtractDecimals,
  type Integer,
} from '../sql/decimal.ts';
import { formatType, type SqlType } from '../sql/types.ts';
import { afterLoading, anyNull, failure, load, type Emission, type Loaded } from './emission.ts';
import type { ArithmeticExpression, UnaryExpression } from './expression.ts';
import { printExpression } from './print.ts';

/** An arithmetic operation; a null operand is null in pull queries and an error elsewhere. */
export function emitArithmetic(expression: ArithmeticExpression, emission: Emission): Code {
  const left = load(expression.left, emission);
  const right = load(expression.right, emission);
  const parts = [left, right];
  const { type, operator } = expression;
  if (type.kind === 'STRING' && emission.rules.mode === 'stream') {
    return afterLoading(parts, js`\`\${${left.name}}\${${right.name}}\``);
  }
  const result = emitOperation(expression, left.name, right.name, emission);
  const missing = anyNull(parts);
  if (missing === null) return afterLoading(parts, result);
  const instead =
    emission.rules.mode === 'pull'
      ? js`null`
      : failure(`Operand of ${operator} is null in ${printExpression(expression)}`, emission);
  return afterLoading(parts, js`${missing} ? ${instead} : ${result}`);
}

function emitOperation(
  { type, operator, left, right }: ArithmeticExpression,
  a: Code,
  b: Code,
  emission: Emission,
): Code {
  switch (type.kind) {
    case 'STRING':
      return js`${a} + ${b}`;
    case 'INTEGER':
      return emitInteger(operator, a, b, emission);
    case 'BIGINT':
      return js`${emission.builder.constant(BIGINT_OPERATIONS[operator])}(${a}, ${b})`;
    case 'DOUBLE':
      return emitDouble(
        operator,
        emitToDouble(left.type, a, emission.builder),
        emitToDouble(right.type, b, emission.builder),
      );
    case 'DECIMAL': {
      const leftScale = scaleOf(left.type);
      const rightScale = scaleOf(right.type);
      const scales = { leftScale, rightScale, scale: type.scale };
      return emitDecimal(operator, a, b, scales, emission.builder);
    }
    default:
      return unsupported(type);
  }
}

function unsupported(type: SqlType): never {
  assert(false, () => `there is arithmetic on ${formatType(type)}`);
}

const BIGINT_OPERATIONS: { readonly [K in ArithmeticOperator]: typeof addBigint } = {
  '+': addBigint,
  '-': subtractBigint,
  '*': multiplyBigint,
  '/': divideBigint,
  '%': remainderBigint,
};

/** Wraps to 32 bits; `| 0` also cuts a quotient toward zero and turns -0 into 0. */
function emitInteger(operator: ArithmeticOperator, a: Code, b: Code, emission: Emission): Code {
  switch (operator) {
    case '+':
      return js`(${a} + ${b} | 0)`;
    case '-':
      return js`(${a} - ${b} | 0)`;
    case '*':
      return js`Math.imul(${a}, ${b})`;
    case '/':
      return js`(${b} === 0 ? ${failure('Division by zero', emission)} : ${a} / ${b} | 0)`;
    case '%':
      return js`(${b} === 0 ? ${failure('Division by zero', emission)} : ${a} % ${b} | 0)`;
  }
}

function emitDouble(operator: ArithmeticOperator, a: Code, b: Code): Code {
  switch (operator) {
    case '+':
      return js`(${a} + ${b})`;
    case '-':
      return js`(${a} - ${b})`;
    case '*':
      return js`(${a} * ${b})`;
    case '/':
      return js`(${a} / ${b})`;
    case '%':
      return js`(${a} % ${b})`;
  }
}

function emitToDouble(type: SqlType, name: Code, builder: FunctionBuilder): Code {
  if (type.kind === 'BIGINT') return js`Number(${name})`;
  if (type.kind !== 'DECIMAL') return name;
  const { scale } = type;
  const convert = (value: Integer): number => decimalToDouble(value, scale);
  return js`${builder.constant(convert)}(${name})`;
}

interface Scales {
  readonly leftScale: number;
  readonly rightScale: number;
  /** Of the result. */
  readonly scale: number;
}

function emitDecimal(
  operator: ArithmeticOperator,
  a: Code,
  b: Code,
  { leftScale, rightScale, scale }: Scales,
  builder: FunctionBuilder,
): Code {
  switch (operator) {
    case '+':
      return js`${builder.constant(addDecimals)}(${a}, ${leftScale}, ${b}, ${rightScale})`;
    case '-':
      return js`${builder.constant(subtractDecimals)}(${a}, ${leftScale}, ${b}, ${rightScale})`;
    case '*':
      return js`${builder.constant(multiplyDecimals)}(${a}, ${b})`;
    case '/':
      return js`${builder.constant(divideDecimals)}(${a}, ${leftScale}, ${b}, ${rightScale}, ${scale})`;
    case '%':
      return js`${builder.constant(remainderDecimals)}(${a}, ${leftScale}, ${b}, ${rightScale})`;
  }
}

function scaleOf(type: SqlType): number {
  const decimal = asDecimal(type);
  assert(decimal !== null, 'the operands of DECIMAL arithmetic are exact numbers');
  return decimal.scale;
}

/** Unary minus; a null operand is null in pull queries and an error elsewhere. */
export function emitNegation(expression: UnaryExpression, emission: Emission): Code {
  const operand = load(expression.operand, emission);
  const result = emitOpposite(expression.type, operand, emission.builder);
  if (!operand.nullable) return afterLoading([operand], result);
  const instead =
    emission.rules.mode === 'pull'
      ? js`null`
      : failure(`Operand of - is null in ${printExpression(expression)}`, emission);
  return afterLoading([operand], js`${operand.name} === null ? ${instead} : ${result}`);
}

function emitOpposite(type: SqlType, { name }: Loaded, builder: FunctionBuilder): Code {
  switch (type.kind) {
    case 'INTEGER':
      return js`(0 - ${name} | 0)`;
    case 'BIGINT':
      return js`${builder.constant(negateBigint)}(${name})`;
    case 'DECIMAL':
      return js`${builder.constant(negateInteger)}(${name})`;
    case 'DOUBLE':
      return js`(-${name})`;
    default:
      return unsupported(type);
  }
}
