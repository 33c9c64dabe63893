import { unreachable } from '../base/assert.ts';
import { formatType, type SqlType, type Value } from '../sql/types.ts';
import { parseBase64 } from './base64.ts';
import { DeserializationError } from './format.ts';
import { formatJsonNode, JsonNumber, JsonObject, type JsonNode } from './json-node.ts';
import {
  boundedInteger,
  parseDoubleText,
  parseIntegerText,
  parseNumberText,
  unscaledDecimal,
  wrapNumber,
  type NumberText,
} from './number-text.ts';
import { EXACT_DIGITS, INT32_DIGITS } from './json-scalar.ts';
import { shorten } from './payload-text.ts';
import { DATE_MAX, DATE_MIN, TIME_MAX, TIMESTAMP_MAX, TIMESTAMP_MIN } from './time-bounds.ts';

const MINUS = 0x2d;
const ZERO = 0x30;

/**
 * The SQL value of a JSON value, by the rules of section 7.3 of the dialect.
 *
 * @param path where the value stands, for messages: `$.ADDRESS.CITY`.
 * @throws DeserializationError when the JSON value does not stand for a value of the type.
 */
export function coerceJson(node: JsonNode | undefined, type: SqlType, path: string): Value {
  if (node === null || node === undefined) return null;
  switch (type.kind) {
    case 'BOOLEAN':
      if (typeof node !== 'boolean') throw misfit(node, type, path, 'true or false');
      return node;
    case 'INTEGER':
      return shortInteger(node, INT32_DIGITS) ?? wrapNumber(readNumber(node, type, path), 32);
    case 'BIGINT':
      return shortInteger(node, EXACT_DIGITS) ?? wrapNumber(readNumber(node, type, path), 64);
    case 'TIME':
      return readBounded(node, type, path, 0, TIME_MAX);
    case 'DATE':
      return readBounded(node, type, path, DATE_MIN, DATE_MAX);
    case 'TIMESTAMP':
      return readBounded(node, type, path, TIMESTAMP_MIN, TIMESTAMP_MAX);
    case 'DOUBLE': {
      if (node instanceof JsonNumber) return Number(node.text);
      const text = textOfNumeric(node);
      const value = text === null ? null : parseDoubleText(text);
      if (value === null) throw misfit(node, type, path, 'a number');
      return value;
    }
    case 'DECIMAL': {
      const number = parseNumberText(textOfNumeric(node)?.trim() ?? '');
      if (number === null) throw misfit(node, type, path, 'a number');
      const value = unscaledDecimal(number, type.precision, type.scale);
      if (value === null) {
        const whole = type.precision - type.scale;
        const expected = `at most ${whole} digits before and ${type.scale} after the point`;
        throw misfit(node, type, path, expected);
      }
      return value;
    }
    case 'STRING':
      return textOf(node);
    case 'BYTES': {
      const bytes = typeof node === 'string' ? parseBase64(node) : null;
      if (bytes === null) throw misfit(node, type, path, 'base64 text');
      return bytes;
    }
    case 'ARRAY':
      if (!Array.isArray(node)) throw misfit(node, type, path, 'an array');
      return node.map((element, i) => coerceJson(element, type.element, `${path}[${i}]`));
    case 'MAP': {
      if (!(node instanceof JsonObject)) throw misfit(node, type, path, 'an object');
      const map = new Map<Value, Value>();
      for (const [key, value] of node.fields) {
        map.set(key, coerceJson(value, type.value, `${path}.${key}`));
      }
      return map;
    }
    case 'STRUCT':
      if (!(node instanceof JsonObject)) throw misfit(node, type, path, 'an object');
      return type.fields.map((field) =>
        coerceJson(node.find(field.name), field.type, `${path}.${field.name}`),
      );
    default:
      return unreachable(type);
  }
}

/** The value of a number of at most so many digits and nothing else; null for all others. */
function shortInteger(node: JsonNode, digitsMax: number): number | null {
  if (!(node instanceof JsonNumber) || node.text.length > digitsMax) return null;
  const { text } = node;
  const start = text.charCodeAt(0) === MINUS ? 1 : 0;
  let value = 0;
  for (let i = start; i < text.length; i++) {
    const digit = text.charCodeAt(i) - ZERO;
    if (digit < 0 || digit > 9) return null;
    value = value * 10 + digit;
  }
  return start === 1 ? 0 - value : value;
}

function readNumber(node: JsonNode, type: SqlType, path: string): NumberText {
  let number: NumberText | null = null;
  if (node instanceof JsonNumber) number = parseNumberText(node.text);
  else if (typeof node === 'string') number = parseIntegerText(node.trim());
  if (number === null) throw misfit(node, type, path, 'a number or the text of an integer');
  return number;
}

function readBounded(
  node: JsonNode,
  type: SqlType,
  path: string,
  min: number,
  max: number,
): number {
  const value = boundedInteger(readNumber(node, type, path), min, max);
  if (value === null) throw misfit(node, type, path, `a number from ${min} to ${max}`);
  return value;
}

function textOfNumeric(node: JsonNode): string | null {
  if (node instanceof JsonNumber) return node.text;
  return typeof node === 'string' ? node : null;
}

/** What a STRING column reads: texts as they are, arrays as `[a, b]`, anything else as its JSON text. */
function textOf(node: JsonNode): string {
  if (typeof node === 'string') return node;
  if (Array.isArray(node)) return `[${node.map(textOf).join(', ')}]`;
  return formatJsonNode(node);
}

function misfit(
  node: JsonNode,
  type: SqlType,
  path: string,
  expected: string,
): DeserializationError {
  const found = shorten(formatJsonNode(node));
  return new DeserializationError(
    `Cannot read ${formatType(type)} at ${path}: found ${found}, expected ${expected}`,
  );
}
