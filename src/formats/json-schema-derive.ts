import { unreachable } from '../base/assert.ts';
import type { Column } from '../sql/schema.ts';
import type { SqlType } from '../sql/types.ts';
import type { FormatSpec } from './format.ts';

type Json = { readonly [member: string]: unknown };

const CONNECT = 'org.apache.kafka.connect.data';

/** The JSON Schema of columns (section 7.4 of the dialect), as text. */
export function deriveJsonSchema(columns: readonly Column[], spec: FormatSpec): string {
  const [single] = columns;
  const schema =
    spec.unwrapped === true && columns.length === 1 && single !== undefined
      ? nullable(typeOf(single.type))
      : objectOf(columns);
  return JSON.stringify(schema);
}

function nullable(type: Json): Json {
  return { oneOf: [{ type: 'null' }, type] };
}

function objectOf(fields: readonly Pick<Column, 'name' | 'type'>[]): Json {
  const properties = fields.map(({ name, type }, index) => {
    return [name, { 'connect.index': index, ...nullable(typeOf(type)) }] as const;
  });
  return { type: 'object', properties: Object.fromEntries(properties) };
}

function typeOf(type: SqlType): Json {
  switch (type.kind) {
    case 'BOOLEAN':
      return { type: 'boolean' };
    case 'INTEGER':
      return { type: 'integer', 'connect.type': 'int32' };
    case 'BIGINT':
      return { type: 'integer', 'connect.type': 'int64' };
    case 'DOUBLE':
      return { type: 'number', 'connect.type': 'float64' };
    case 'STRING':
      return { type: 'string' };
    case 'BYTES':
      return { type: 'string', 'connect.type': 'bytes' };
    case 'DECIMAL':
      return {
        type: 'number',
        title: `${CONNECT}.Decimal`,
        'connect.version': 1,
        'connect.type': 'bytes',
        'connect.parameters': {
          scale: String(type.scale),
          'connect.decimal.precision': String(type.precision),
        },
      };
    case 'TIME':
      return logical('Time', 'int32');
    case 'DATE':
      return logical('Date', 'int32');
    case 'TIMESTAMP':
      return logical('Timestamp', 'int64');
    case 'ARRAY':
      return { type: 'array', items: nullable(typeOf(type.element)) };
    case 'MAP': {
      const entry = [
        { name: 'key', type: type.key },
        { name: 'value', type: type.value },
      ];
      return { type: 'array', 'connect.type': 'map', items: objectOf(entry) };
    }
    case 'STRUCT':
      return objectOf(type.fields);
    default:
      return unreachable(type);
  }
}

function logical(name: string, connectType: string): Json {
  return {
    type: 'integer',
    title: `${CONNECT}.${name}`,
    'connect.version': 1,
    'connect.type': connectType,
  };
}
