import { assert } from '../../src/base/assert.ts';
import type { Expression } from '../../src/expressions/expression.ts';
import type { Row, SqlType, Value } from '../../src/sql/types.ts';

/** What an evaluation error is to the interpreter. */
export class InterpreterError extends Error {}

export type Rules = {
  readonly mode: 'stream' | 'pull';
  readonly nestedError: 'NULL' | 'FALSE' | 'FAIL';
};

/** INTEGER, BIGINT and unscaled DECIMAL as bigint, DOUBLE as number: no fast paths, no canonical forms. */
type Plain = null | boolean | bigint | number | string;

/**
 * The dialect once more, as a plain walk over the tree with bigint only: the expectation of the random tests. Knows
 * the node kinds, types and functions that those tests generate.
 */
export function interpret(expression: Expression, row: Row, rules: Rules): Value {
  return engineValue(evaluate(expression, row, rules));
}

function engineValue(value: Plain): Value {
  if (typeof value !== 'bigint') return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function plainValue(value: Value, type: SqlType): Plain {
  if (value === null) return null;
  if (['INTEGER', 'BIGINT', 'DECIMAL'].includes(type.kind)) return BigInt(value as number);
  return value as Plain;
}

function evaluate(expression: Expression, row: Row, rules: Rules): Plain {
  switch (expression.kind) {
    case 'literal':
      return plainValue(expression.value, expression.type);
    case 'column':
      return plainValue(row[expression.index]!, expression.type);
    case 'cast':
      return isolated(expression, rules, () =>
        cast(evaluate(expression.operand, row, rules), expression.operand.type, expression.type),
      );
    case 'call': {
      const values = expression.arguments.map((argument) =>
        argument.kind === 'call' || argument.kind === 'dereference'
          ? isolated(argument, rules, () => evaluate(argument, row, rules))
          : evaluate(argument, row, rules),
      );
      return call(expression.name, values);
    }
    case 'negate': {
      const value = evaluate(expression.operand, row, rules);
      if (value === null) return missing(rules);
      return wrap(typeof value === 'number' ? -value : -(value as bigint), expression.type);
    }
    case 'arithmetic': {
      const left = evaluate(expression.left, row, rules);
      const right = evaluate(expression.right, row, rules);
      const { type, operator } = expression;
      if (type.kind === 'STRING') {
        return left === null || right === null
          ? rules.mode === 'pull'
            ? null
            : `${left}${right}`
          : `${left as string}${right as string}`;
      }
      if (left === null || right === null) return missing(rules);
      if (type.kind === 'DOUBLE') {
        const a = toDouble(left, expression.left.type);
        const b = toDouble(right, expression.right.type);
        return { '+': a + b, '-': a - b, '*': a * b, '/': a / b, '%': a % b }[operator];
      }
      const scales = [scaleOf(expression.left.type), scaleOf(expression.right.type)] as const;
      return wrap(exact(operator, left as bigint, right as bigint, scales, scaleOf(type)), type);
    }
    case 'comparison': {
      const left = evaluate(expression.left, row, rules);
      const right = evaluate(expression.right, row, rules);
      if (left === null || right === null) return false;
      const order = compare(left, expression.left.type, right, expression.right.type, rules);
      if (Number.isNaN(order)) return false;
      const { operator } = expression;
      if (operator === '=') return order === 0;
      if (operator === '<>') return order !== 0;
      if (operator.startsWith('<')) return operator === '<' ? order < 0 : order <= 0;
      return operator === '>' ? order > 0 : order >= 0;
    }
    case 'logical': {
      const left = condition(expression.left, row, rules);
      if (left === (expression.operator === 'OR')) return left;
      return condition(expression.right, row, rules);
    }
    case 'not':
      return !condition(expression.operand, row, rules);
    case 'isNull':
      return (evaluate(expression.operand, row, rules) === null) !== expression.negated;
    case 'distinct': {
      const left = evaluate(expression.left, row, rules);
      const right = evaluate(expression.right, row, rules);
      const same =
        left === null || right === null
          ? left === right
          : compare(left, expression.left.type, right, expression.right.type, STREAM) === 0;
      return same === expression.negated;
    }
    case 'in': {
      const value = evaluate(expression.operand, row, rules);
      const options = expression.options.map((option) => evaluate(option, row, rules));
      const { type } = expression.operand;
      const found = options.some(
        (option) =>
          value !== null && option !== null && compare(value, type, option, type, STREAM) === 0,
      );
      return found !== expression.negated;
    }
    case 'case': {
      for (const { when, then } of expression.branches) {
        if (condition(when, row, rules)) return evaluate(then, row, rules);
      }
      return expression.otherwise === null ? null : evaluate(expression.otherwise, row, rules);
    }
    case 'subscript': {
      const { base } = expression;
      if (base.kind === 'array') {
        const elements = members(base.elements, row, rules);
        const index = evaluate(expression.index, row, rules);
        if (index === null) throw new InterpreterError('null index');
        if (index === 0n) return null;
        const position = Number(index) > 0 ? Number(index) - 1 : Number(index);
        return elements.at(position) ?? null;
      }
      assert(base.kind === 'map', 'the random tests read arrays and maps where they are made');
      const keys = base.entries.map((entry) => entry.key);
      const values = base.entries.map((entry) => entry.value);
      const all = members([...keys, ...values], row, rules);
      const found = all.slice(0, keys.length).lastIndexOf(evaluate(expression.index, row, rules));
      return found < 0 ? null : all[keys.length + found]!;
    }
    case 'dereference': {
      const { base } = expression;
      assert(base.kind === 'struct', 'the random tests read structs where they are made');
      return members(base.values, row, rules)[expression.fieldIndex]!;
    }
    case 'pseudo':
    case 'like':
    case 'array':
    case 'map':
    case 'struct':
    case 'lambda':
    case 'lambdaParameter':
      throw new Error(`the random tests do not generate ${expression.kind}`);
  }
}

/** Of a constructor. */
function members(parts: readonly Expression[], row: Row, rules: Rules): readonly Plain[] {
  return parts.map((part) => isolated(part, rules, () => evaluate(part, row, rules)));
}

const STREAM: Rules = { mode: 'stream', nestedError: 'FAIL' };

/** A condition, which must not be null. */
export function condition(expression: Expression, row: Row, rules: Rules): boolean {
  const value = evaluate(expression, row, rules);
  if (value === null) throw new InterpreterError('null condition');
  return value as boolean;
}

function isolated(expression: Expression, { nestedError }: Rules, body: () => Plain): Plain {
  try {
    return body();
  } catch (error) {
    if (!(error instanceof InterpreterError)) throw error;
    if (nestedError === 'NULL') return null;
    if (nestedError === 'FALSE' && expression.type.kind === 'BOOLEAN') return false;
    throw error;
  }
}

function missing({ mode }: Rules): null {
  if (mode === 'stream') throw new InterpreterError('null operand');
  return null;
}

function wrap(value: bigint | number, type: SqlType): bigint | number {
  if (typeof value === 'number' || type.kind === 'DECIMAL') return value;
  return BigInt.asIntN(type.kind === 'INTEGER' ? 32 : 64, value);
}

function scaleOf(type: SqlType): number {
  return type.kind === 'DECIMAL' ? type.scale : 0;
}

function shifted(value: bigint, digits: number): bigint {
  return value * 10n ** BigInt(digits);
}

function exact(
  operator: '+' | '-' | '*' | '/' | '%',
  left: bigint,
  right: bigint,
  [leftScale, rightScale]: readonly [number, number],
  scale: number,
): bigint {
  if (operator === '*') return left * right;
  const common = Math.max(leftScale, rightScale);
  const a = shifted(left, common - leftScale);
  const b = shifted(right, common - rightScale);
  if (operator === '+') return a + b;
  if (operator === '-') return a - b;
  if (b === 0n) throw new InterpreterError('zero divisor');
  if (operator === '%') return a % b;
  const numerator = shifted(a, scale);
  if (scale > 0 && numerator % b !== 0n) throw new InterpreterError('inexact');
  return numerator / b;
}

function toDouble(value: Plain, type: SqlType): number {
  if (typeof value !== 'bigint' || type.kind !== 'DECIMAL') return Number(value);
  return Number(`${value}e-${type.scale}`);
}

function compare(a: Plain, aType: SqlType, b: Plain, bType: SqlType, { mode }: Rules): number {
  if (typeof a === 'boolean' || typeof a === 'string') return a === b ? 0 : a < b! ? -1 : 1;
  if (Number.isNaN(a) || Number.isNaN(b)) {
    return mode === 'pull' ? Number(Number.isNaN(a)) - Number(Number.isNaN(b)) : NaN;
  }
  if (a === Infinity || b === -Infinity) return a === b ? 0 : 1;
  if (a === -Infinity || b === Infinity) return a === b ? 0 : -1;
  const left = rational(a, aType);
  const right = rational(b, bType);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The finite number times 10^400; a DOUBLE stands for its exact value, which the tests keep to short decimals. */
function rational(value: Plain, type: SqlType): bigint {
  if (typeof value === 'bigint') return shifted(value, 400 - scaleOf(type));
  const [mantissa = '', exponent = '0'] = (value as number).toExponential().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  return shifted(BigInt(whole + fraction), 400 + Number(exponent) - fraction.length);
}

function cast(value: Plain, from: SqlType, to: SqlType): Plain {
  if (value === null) return null;
  if (to.kind === 'STRING') return String(value);
  if (to.kind === 'DOUBLE') return toDouble(value, from);
  if (to.kind === 'BOOLEAN') return /^(t|tr|tru|true|y|ye|yes)$/i.test(value as string);
  if (from.kind === 'STRING') {
    const text = value as string;
    if (!/^-?\d+$/.test(text)) throw new InterpreterError('no number');
    const number = BigInt(text);
    if (number !== wrap(number, to)) throw new InterpreterError('out of range');
    return number;
  }
  return wrap(shifted(value as bigint, 0) / 10n ** BigInt(scaleOf(from)), to);
}

function call(name: string, values: readonly Plain[]): Plain {
  switch (name) {
    case 'COALESCE':
      return values.find((value) => value !== null) ?? null;
    case 'CONCAT':
      return values.filter((value) => value !== null).join('');
    case 'ABS': {
      const [value] = values;
      return typeof value === 'bigint' ? BigInt.asIntN(64, value < 0n ? -value : value) : null;
    }
    case 'ROUND': {
      if (values[0] === null) throw new InterpreterError('null argument');
      return values[0]!;
    }
    default:
      throw new Error(`the random tests do not call ${name}`);
  }
}
