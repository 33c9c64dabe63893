import { JsonNumber, JsonObject, type JsonNode } from '../formats/json-node.ts';
import { formatDouble } from '../sql/double-text.ts';
import { shown } from './payloads.ts';

/** How numbers with a fraction are compared: digit by digit, or as doubles. */
export type NumberComparison = 'exact' | 'double';

const DOUBLE_TOLERANCE = 1e-6;

/** Numbers that were written as doubles, whose text says nothing of how they are compared. */
const doubles = new WeakSet<JsonNumber>();

/** A number that was written as a double: equal to whatever is close to it. */
export function doubleNode(value: number): JsonNumber {
  const node = new JsonNumber(formatDouble(value));
  doubles.add(node);
  return node;
}

/**
 * Compares what was written with what a case expects, strictly.
 *
 * An object must have as many fields as expected (a null is a field); a name is looked up as written, else upper-cased.
 * An integer must be equal, the expected one cut to an integer; a number with a fraction must have the same digits and
 * as many behind the point. A text may stand for a number with a fraction of exactly those digits.
 *
 * @param path where the values stand, for the message.
 * @returns null when they are equal, else the first difference, expected and actual.
 */
export function difference(
  expected: JsonNode,
  actual: JsonNode,
  { path, numbers }: { path: string; numbers: NumberComparison },
): string | null {
  if (expected instanceof JsonObject) {
    if (!(actual instanceof JsonObject)) return differs(expected, actual, path);
    return objectDifference(expected, actual, { path, numbers });
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) {
      return differs(expected, actual, path);
    }
    return firstDifference(expected, (element, index) =>
      difference(element, actual[index] as JsonNode, { path: `${path}[${index}]`, numbers }),
    );
  }
  return scalarsEqual(expected, actual, numbers) ? null : differs(expected, actual, path);
}

function objectDifference(
  expected: JsonObject,
  actual: JsonObject,
  { path, numbers }: { path: string; numbers: NumberComparison },
): string | null {
  if (expected.fields.size !== actual.fields.size) return differs(expected, actual, path);
  return firstDifference([...expected.fields], ([name, value]) => {
    const found = actual.fields.get(name) ?? actual.fields.get(name.toUpperCase()) ?? null;
    return difference(value, found, { path: `${path}.${name}`, numbers });
  });
}

function firstDifference<T>(
  items: readonly T[],
  compare: (item: T, index: number) => string | null,
): string | null {
  for (const [index, item] of items.entries()) {
    const found = compare(item, index);
    if (found !== null) return found;
  }
  return null;
}

function differs(expected: JsonNode, actual: JsonNode, path: string): string {
  return `${path}: expected ${shown(expected)}, found ${shown(actual)}`;
}

function scalarsEqual(expected: JsonNode, actual: JsonNode, numbers: NumberComparison): boolean {
  if (!(actual instanceof JsonNumber)) return expected === actual;
  if (typeof expected === 'string') {
    return isInteger(actual.text) ? false : sameDigits(expected, actual.text);
  }
  if (!(expected instanceof JsonNumber)) return false;
  if (numbers === 'double' || doubles.has(actual)) {
    return Math.abs(Number(expected.text) - Number(actual.text)) < DOUBLE_TOLERANCE;
  }
  if (isInteger(actual.text)) return truncate(expected.text) === BigInt(actual.text);
  if (!isInteger(expected.text)) return sameDigits(expected.text, actual.text);
  const decimal = parseDecimal(actual.text);
  return decimal !== null && decimal.scale <= 0 && whole(decimal) === BigInt(expected.text);
}

/** Whether the text of a number has neither fraction nor exponent. */
export function isInteger(text: string): boolean {
  return /^-?\d+$/.test(text);
}

function truncate(text: string): bigint | null {
  const decimal = parseDecimal(text);
  return decimal === null ? null : whole(decimal);
}

/** A number as its digits, `unscaled` / 10 ^ `scale`. */
interface Decimal {
  readonly unscaled: bigint;
  readonly scale: number;
}

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

function parseDecimal(text: string): Decimal | null {
  const [, sign = '', digits = '', fraction = '', exponent = '0'] = DECIMAL.exec(text) ?? [];
  if (digits + fraction === '') return null;
  return {
    unscaled: BigInt(`${sign === '-' ? '-' : ''}${digits}${fraction}`),
    scale: fraction.length - Number(exponent),
  };
}

/** Cut towards zero. */
function whole({ unscaled, scale }: Decimal): bigint {
  return scale > 0 ? unscaled / 10n ** BigInt(scale) : unscaled * 10n ** BigInt(-scale);
}

/** Whether two numbers have the same value and as many digits behind the point. */
export function sameDigits(a: string, b: string): boolean {
  const [left, right] = [parseDecimal(a), parseDecimal(b)];
  if (left === null || right === null) return false;
  return left.unscaled === right.unscaled && left.scale === right.scale;
}
