import { divideHalfUp, fitsPrecision, parseDecimalText, powerOfTen } from '../sql/decimal.ts';
import { EvaluationError } from '../sql/evaluation-error.ts';
import { parseDate, parseTime, parseTimestamp } from '../sql/time-text.ts';
import { formatType, type SqlType, type Value } from '../sql/types.ts';
import { integer } from '../sql/value.ts';
import { parseBase64 } from './base64.ts';
import { formatJsonNode, JsonNumber, JsonObject, type JsonNode } from './json-node.ts';
import { shorten } from './payload-text.ts';

const BIGINT_BITS = 64;
const INTEGER_BITS = 32;

/**
 * The SQL value of a JSON value that is to be inserted: as strict as INSERT VALUES, but for DECIMAL, which takes
 * numbers and texts and rounds them half up. BYTES are base64, times text; a field or column that is not there is
 * null, one that nobody knows is left out.
 *
 * @param path where the value stands, for messages: `ADDRESS.CITY`.
 * @throws EvaluationError when the JSON value does not stand for a value of the type.
 */
export function insertedValue(node: JsonNode | undefined, type: SqlType, path: string): Value {
  if (node === null || node === undefined) return null;
  switch (type.kind) {
    case 'BOOLEAN':
      if (typeof node !== 'boolean') throw misfit(node, type, path);
      return node;
    case 'INTEGER':
      return wholeNumber(node, { type, path, bits: INTEGER_BITS });
    case 'BIGINT':
      return wholeNumber(node, { type, path, bits: BIGINT_BITS });
    case 'DOUBLE': {
      const value = node instanceof JsonNumber ? Number(node.text) : Infinity;
      if (!Number.isFinite(value)) throw misfit(node, type, path);
      return value;
    }
    case 'DECIMAL':
      return decimal(node, type, path);
    case 'STRING':
      if (typeof node !== 'string') throw misfit(node, type, path);
      return node;
    case 'BYTES': {
      const bytes = typeof node === 'string' ? parseBase64(node) : null;
      if (bytes === null) throw misfit(node, type, path);
      return bytes;
    }
    case 'DATE':
      return time(node, { type, path, parse: parseDate });
    case 'TIME':
      return time(node, { type, path, parse: parseTime });
    case 'TIMESTAMP':
      return time(node, { type, path, parse: parseTimestamp });
    case 'ARRAY':
      if (!Array.isArray(node)) throw misfit(node, type, path);
      return node.map((element, i) => insertedValue(element, type.element, `${path}[${i}]`));
    case 'MAP':
      if (!(node instanceof JsonObject) || type.key.kind !== 'STRING') {
        throw misfit(node, type, path);
      }
      return new Map(
        Array.from(node.fields, ([key, value]) => [
          key,
          insertedValue(value, type.value, `${path}['${key}']`),
        ]),
      );
    case 'STRUCT':
      if (!(node instanceof JsonObject)) throw misfit(node, type, path);
      return type.fields.map((field) =>
        insertedValue(node.find(field.name), field.type, `${path}.${field.name}`),
      );
  }
}

function wholeNumber(
  node: JsonNode,
  { type, path, bits }: { type: SqlType; path: string; bits: number },
): Value {
  if (!(node instanceof JsonNumber) || !/^-?\d+$/.test(node.text)) throw misfit(node, type, path);
  const value = BigInt(node.text);
  if (BigInt.asIntN(bits, value) !== value) throw misfit(node, type, path, 'is out of range');
  return integer(value);
}

function decimal(node: JsonNode, type: Extract<SqlType, { kind: 'DECIMAL' }>, path: string): Value {
  const text = node instanceof JsonNumber ? node.text : node;
  const parsed = typeof text === 'string' ? parseDecimalText(text.trim()) : null;
  if (parsed === null) throw misfit(node, type, path);
  const shift = type.scale - parsed.scale;
  const unscaled =
    shift >= 0
      ? parsed.unscaled * powerOfTen(shift)
      : divideHalfUp(parsed.unscaled, powerOfTen(-shift));
  if (!fitsPrecision(unscaled, type.precision)) {
    throw misfit(node, type, path, 'has too many digits');
  }
  return integer(unscaled);
}

function time(
  node: JsonNode,
  { type, path, parse }: { type: SqlType; path: string; parse(text: string): number },
): Value {
  if (typeof node !== 'string') throw misfit(node, type, path);
  return parse(node);
}

function misfit(node: JsonNode, type: SqlType, path: string, problem?: string): EvaluationError {
  const found = shorten(formatJsonNode(node));
  const why = problem === undefined ? '' : `, it ${problem}`;
  return new EvaluationError(
    `Can't coerce a field of type ${kindOf(node)} (${path}: ${found}) into type ${formatType(type)}${why}`,
  );
}

function kindOf(node: JsonNode): string {
  if (node instanceof JsonNumber) return 'number';
  if (Array.isArray(node)) return 'array';
  return node instanceof JsonObject ? 'object' : typeof node;
}
