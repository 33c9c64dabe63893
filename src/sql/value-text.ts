// Hot path: once per value that is cast to STRING.
import { assert } from '../base/assert.ts';
import { formatDecimal, type Integer } from './decimal.ts';
import { formatDouble } from './double-text.ts';
import { entriesInOrder } from './map-order.ts';
import { formatDate, formatTime, formatTimestamp } from './time-text.ts';
import type { SqlType, StructField, Value } from './types.ts';

/** The text of one value that is not null. */
export type FormatValue = (value: Value) => string;

/**
 * The text CAST(.. AS STRING) gives: `[1, null]`, `{k=v}`, `Struct{A=1,B=x}`, times as in section 2.6 of the
 * dialect reference. BYTES have none of their own (there is no such cast); inside collections they are base64.
 */
export function valueFormatter(type: SqlType): FormatValue {
  switch (type.kind) {
    case 'BOOLEAN':
    case 'INTEGER':
    case 'BIGINT':
    case 'STRING':
      return String;
    case 'DOUBLE':
      return (value) => formatDouble(value as number);
    case 'DECIMAL':
      return (value) => formatDecimal(value as Integer, type.scale);
    case 'BYTES':
      return (value) => Buffer.from(value as Uint8Array).toString('base64');
    case 'TIME':
      return (value) => formatTime(value as number);
    case 'DATE':
      return (value) => formatDate(value as number);
    case 'TIMESTAMP':
      return (value) => formatTimestamp(value as number);
    case 'ARRAY':
      return arrayFormatter(type.element);
    case 'MAP':
      return mapFormatter(type.key, type.value);
    case 'STRUCT':
      return structFormatter(type.fields);
  }
}

function arrayFormatter(element: SqlType): FormatValue {
  const format = memberFormatter(element);
  return (value) => `[${(value as Value[]).map(format).join(', ')}]`;
}

function mapFormatter(keyType: SqlType, valueType: SqlType): FormatValue {
  const formatKey = memberFormatter(keyType);
  const formatMember = memberFormatter(valueType);
  return (value) => {
    const entries = entriesInOrder(value as Map<Value, Value>).map(
      ([key, member]) => `${formatKey(key)}=${formatMember(member)}`,
    );
    return `{${entries.join(', ')}}`;
  };
}

function structFormatter(fields: readonly StructField[]): FormatValue {
  const formats = fields.map((field) => memberFormatter(field.type));
  return (value) => {
    const parts = (value as Value[]).flatMap((member, index) =>
      member === null ? [] : [`${fields[index]!.name}=${formats[index]!(member)}`],
    );
    return `Struct{${parts.join(',')}}`;
  };
}

/** The text of a member of a collection: null is a word, and small decimals have an exponent. */
export function memberFormatter(type: SqlType): FormatValue {
  const format = type.kind === 'DECIMAL' ? decimalMember(type.scale) : valueFormatter(type);
  return (value) => (value === null ? 'null' : format(value));
}

const PLAIN_EXPONENT_MIN = -6;

function decimalMember(scale: number): FormatValue {
  return (value) => {
    const digits = String(value).replace('-', '');
    const exponent = digits.length - 1 - scale;
    if (exponent >= PLAIN_EXPONENT_MIN) return formatDecimal(value as Integer, scale);
    assert(exponent < 0, 'only small decimals have an exponent here');
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
    return `${(value as Integer) < 0 ? '-' : ''}${digits[0]}${fraction}E${exponent}`;
  };
}
