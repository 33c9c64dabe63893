// Hot path: once per record.
import { unreachable } from '../base/assert.ts';
import { DatabaseError } from '../base/errors.ts';
import { formatDecimal } from '../sql/decimal.ts';
import { formatDouble } from '../sql/double-text.ts';
import type { Column } from '../sql/schema.ts';
import { formatType, type SqlType, type Value } from '../sql/types.ts';
import { formatBase64, parseBase64 } from './base64.ts';
import { formatDelimitedField, parseDelimited } from './delimited-record.ts';
import {
  checkKeyHasNoMap,
  checkKinds,
  checkNoFullName,
  checkNoNullable,
  checkNotWrapped,
} from './format-checks.ts';
import { DeserializationError, type Format, type FormatSpec } from './format.ts';
import {
  boundedInteger,
  parseDoubleText,
  parseIntegerText,
  parseNumberText,
  unscaledDecimal,
  wrapNumber,
} from './number-text.ts';
import { decodeText, shorten } from './payload-text.ts';
import { DATE_MAX, DATE_MIN, TIME_MAX, TIMESTAMP_MAX, TIMESTAMP_MIN } from './time-bounds.ts';

const NAME = 'DELIMITED';
const DELIMITER_DEFAULT = ',';
const NO_DELIMITERS = '"\r\n';
const KINDS = [
  'BOOLEAN',
  'INTEGER',
  'BIGINT',
  'DOUBLE',
  'DECIMAL',
  'STRING',
  'BYTES',
  'TIME',
  'DATE',
  'TIMESTAMP',
] as const;

/** CSV records without a header (section 7.7 of the dialect). Null and the empty text are both an empty field. */
export const delimitedFormat: Format = {
  name: NAME,

  check(columns, spec, side) {
    checkKeyHasNoMap(columns, side);
    checkNoNullable(NAME, spec);
    checkNoFullName(NAME, spec);
    checkKinds(NAME, columns, KINDS);
    checkNotWrapped(NAME, columns, spec);
    checkDelimiter(spec);
  },

  unwrappedByDefault: () => true,
  wrappingIsChoice: false,
  schemas: null,

  createDecoder({ columns, spec, needed }) {
    const delimiter = spec.delimiter ?? DELIMITER_DEFAULT;
    return (bytes, start, end, row, rowOffset) => {
      const fields = parseDelimited(decodeText(bytes, start, end), delimiter);
      if (fields.length !== columns.length) {
        throw new DeserializationError(
          `Found ${fields.length} fields, expected ${columns.length} separated by ${JSON.stringify(delimiter)}`,
        );
      }
      for (let i = 0; i < columns.length; i++) {
        const field = fields[i]!;
        row[rowOffset + i] = field === '' || !needed[i] ? null : parseField(field, columns[i]!);
      }
      return true;
    };
  },

  createEncoder({ columns, spec }) {
    const delimiter = spec.delimiter ?? DELIMITER_DEFAULT;
    return (row, rowOffset, writer) => {
      if (columns.length === 0) return false;
      for (let i = 0; i < columns.length; i++) {
        const value = row[rowOffset + i]!;
        if (i > 0) writer.writeText(delimiter);
        // An empty payload would be no record at all, so a lone null is quoted.
        if (value === null && columns.length > 1) continue;
        const text = value === null ? '' : formatField(value, columns[i]!.type);
        writer.writeText(formatDelimitedField(text, delimiter, i === 0));
      }
      return true;
    };
  },
};

function checkDelimiter({ delimiter = DELIMITER_DEFAULT }: FormatSpec): void {
  if (delimiter.length === 1 && !NO_DELIMITERS.includes(delimiter)) return;
  throw new DatabaseError(
    'BAD_STATEMENT',
    `Invalid delimiter ${JSON.stringify(delimiter)} for ${NAME}, expected one character that is neither a quote ` +
      `nor a line break, such as ';'.`,
  );
}

function parseField(text: string, column: Column): Value {
  const value = parseValue(text, column.type);
  if (value !== null) return value;
  throw new DeserializationError(
    `Cannot read ${formatType(column.type)} of column ${column.name}: found ` +
      `${JSON.stringify(shorten(text))}, expected ${EXPECTED[column.type.kind]}`,
  );
}

const EXPECTED: { readonly [K in SqlType['kind']]?: string } = {
  INTEGER: 'a whole number of 32 bits',
  BIGINT: 'a whole number of 64 bits',
  DOUBLE: 'a number',
  DECIMAL: 'a number with no more digits than fit',
  BYTES: 'base64 text',
  TIME: `milliseconds from 0 to ${TIME_MAX}`,
  DATE: 'a whole number of days',
  TIMESTAMP: 'a whole number of milliseconds',
};

/** Null when the text, which is not empty, does not stand for a value of the type. */
function parseValue(text: string, type: SqlType): Value {
  switch (type.kind) {
    case 'BOOLEAN':
      return text.toLowerCase() === 'true';
    case 'INTEGER':
      return parseBounded(text, -(2 ** 31), 2 ** 31 - 1);
    case 'BIGINT':
      return parseBigint(text);
    case 'TIME':
      return parseBounded(text, 0, TIME_MAX);
    case 'DATE':
      return parseBounded(text, DATE_MIN, DATE_MAX);
    case 'TIMESTAMP':
      return parseBounded(text, TIMESTAMP_MIN, TIMESTAMP_MAX);
    case 'DOUBLE':
      return parseDoubleText(text);
    case 'DECIMAL': {
      const number = parseNumberText(text);
      return number === null ? null : unscaledDecimal(number, type.precision, type.scale);
    }
    case 'STRING':
      return text;
    case 'BYTES':
      return parseBase64(text);
    default:
      throw new TypeError(`the types of the columns were checked, found ${formatType(type)}`);
  }
}

function parseBounded(text: string, min: number, max: number): number | null {
  const number = parseIntegerText(text);
  return number === null ? null : boundedInteger(number, min, max);
}

const BIGINT_DIGITS_MAX = 19;

function parseBigint(text: string): number | bigint | null {
  const number = parseIntegerText(text);
  if (number === null) return null;
  // Up to 19 digits are below 2 * 2^63: wrapping changes the sign of what does not fit.
  if (number.digits.length - number.scale > BIGINT_DIGITS_MAX) return null;
  const wrapped = wrapNumber(number, 64);
  return wrapped === 0 || wrapped < 0 === number.negative ? wrapped : null;
}

function formatField(value: Exclude<Value, null>, type: SqlType): string {
  switch (type.kind) {
    case 'BOOLEAN':
    case 'INTEGER':
    case 'BIGINT':
    case 'TIME':
    case 'DATE':
    case 'TIMESTAMP':
      return String(value);
    case 'DOUBLE':
      return formatDouble(value as number);
    case 'DECIMAL':
      return formatDecimal(value as number | bigint, type.scale);
    case 'STRING':
      return value as string;
    case 'BYTES':
      return formatBase64(value as Uint8Array);
    case 'ARRAY':
    case 'MAP':
    case 'STRUCT':
      throw new TypeError(`the types of the columns were checked, found ${formatType(type)}`);
    default:
      return unreachable(type);
  }
}
