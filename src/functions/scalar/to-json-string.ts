import { assert } from '../../base/assert.ts';
import { STRING, type SqlType, type StructField, type Value } from '../../sql/types.ts';
import { valueFormatter, type FormatValue } from '../../sql/value-text.ts';
import { GENERIC_T, parameter, type ScalarFunction } from '../function.ts';
import { checkSize } from './text-size.ts';

export const toJsonString: ScalarFunction = {
  name: 'TO_JSON_STRING',
  displayName: 'TO_JSON_STRING',
  category: 'JSON',
  description:
    'Any value as compact JSON text: fields and keys in order of their names, times as text, bytes in ' +
    'base64. Null becomes the text null.',
  examples: [
    { sql: 'TO_JSON_STRING(1.50)', result: "'1.50'" },
    { sql: `TO_JSON_STRING('a"b')`, result: `'"a\\"b"'` },
    { sql: 'TO_JSON_STRING(CAST(NULL AS INTEGER))', result: "'null'" },
  ],
  overloads: [
    {
      parameters: [parameter('value', GENERIC_T, 'PASS')],
      variadic: false,
      returnType: () => STRING,
      create: ([type]) => {
        assert(type !== undefined, 'the overload has one argument');
        const format = jsonFormatter(type);
        return (value: Value) => {
          const json = format(value);
          checkSize('TO_JSON_STRING', json.length);
          return json;
        };
      },
    },
  ],
};

function jsonFormatter(type: SqlType): FormatValue {
  const format = presentFormatter(type);
  return (value) => (value === null ? 'null' : format(value));
}

function presentFormatter(type: SqlType): FormatValue {
  switch (type.kind) {
    case 'ARRAY': {
      const element = jsonFormatter(type.element);
      return (value) => `[${(value as Value[]).map(element).join(',')}]`;
    }
    case 'MAP':
      return mapFormatter(valueFormatter(type.key), jsonFormatter(type.value));
    case 'STRUCT':
      return structFormatter(type.fields);
    case 'DOUBLE': {
      const format = valueFormatter(type);
      return (value) => (Number.isFinite(value) ? format(value) : `"${format(value)}"`);
    }
    case 'BOOLEAN':
    case 'INTEGER':
    case 'BIGINT':
    case 'DECIMAL':
      return valueFormatter(type);
    default: {
      const format = valueFormatter(type);
      return (value) => JSON.stringify(format(value));
    }
  }
}

function mapFormatter(formatKey: FormatValue, formatMember: FormatValue): FormatValue {
  return (value) => {
    const entries = Array.from(
      value as Map<Value, Value>,
      ([key, member]) => [key === null ? 'null' : formatKey(key), formatMember(member)] as const,
    );
    entries.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, member]) => `${JSON.stringify(key)}:${member}`).join(',')}}`;
  };
}

function structFormatter(fields: readonly StructField[]): FormatValue {
  const sorted = fields
    .map(({ name, type }, index) => ({
      prefix: `${JSON.stringify(name)}:`,
      name,
      index,
      format: jsonFormatter(type),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return (value) => {
    const members = value as Value[];
    return `{${sorted.map(({ prefix, index, format }) => prefix + format(members[index]!)).join(',')}}`;
  };
}
