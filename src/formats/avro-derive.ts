import { unreachable } from '../base/assert.ts';
import type { Column } from '../sql/schema.ts';
import type { SqlType } from '../sql/types.ts';
import type { FormatSpec } from './format.ts';

/** Name of the record of values that nobody named. */
const VALUE_NAME = 'io.confluent.ksql.avro_schemas.KsqlDataSourceSchema';
const NAMESPACE = 'io.confluent.ksql.avro_schemas';
const CONNECT = 'org.apache.kafka.connect.data';

type Json = { readonly [member: string]: unknown } | string | readonly unknown[];

/** The name of the key record of a source: its words, capitalized, and `Key`. */
export function avroKeyName(source: string): string {
  const words = source.split('_').map((word) => {
    return word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase();
  });
  return `${NAMESPACE}.${avroName(words.join(''))}Key`;
}

/** Dots and dashes have no place in a name of Avro. */
export function avroName(name: string): string {
  return name.replaceAll(/[.-]/g, '_');
}

/** The Avro schema of columns (section 7.5 of the dialect), as text. */
export function deriveAvroSchema(columns: readonly Column[], spec: FormatSpec): string {
  const name = spec.fullName ?? VALUE_NAME;
  const [single] = columns;
  const deriver = new AvroDeriver();
  const schema =
    spec.unwrapped === true && columns.length === 1 && single !== undefined
      ? deriver.bare(single.type, name)
      : deriver.record(columns, name);
  return JSON.stringify(schema);
}

class AvroDeriver {
  #hasRoot = false;

  record(fields: readonly Column[], fullName: string): Json {
    return {
      ...this.#head(fullName),
      fields: fields.map(({ name, type }) => this.#field(avroName(name), type, fullName, name)),
      'connect.name': fullName,
    };
  }

  /** The type itself, which cannot be null. */
  bare(type: SqlType, name: string): Json {
    const schema = this.#type(type, name);
    if (typeof schema !== 'object' || !('connect.version' in schema)) return schema;
    const { 'connect.version': _, ...others } = schema;
    return others;
  }

  #field(name: string, type: SqlType, parent: string, part: string): Json {
    return {
      name,
      type: ['null', this.#type(type, `${parent}_${avroName(part)}`)],
      default: null,
    };
  }

  /** The outermost record says its namespace, and those inside have the same. */
  #head(fullName: string): { readonly [member: string]: unknown } {
    const dot = fullName.lastIndexOf('.');
    const head = { type: 'record', name: fullName.slice(dot + 1) };
    if (this.#hasRoot || dot < 0) return head;
    this.#hasRoot = true;
    return { ...head, namespace: fullName.slice(0, dot) };
  }

  #type(type: SqlType, name: string): Json {
    switch (type.kind) {
      case 'BOOLEAN':
        return 'boolean';
      case 'INTEGER':
        return 'int';
      case 'BIGINT':
        return 'long';
      case 'DOUBLE':
        return 'double';
      case 'STRING':
        return 'string';
      case 'BYTES':
        return 'bytes';
      case 'DECIMAL': {
        const { precision, scale } = type;
        return {
          type: 'bytes',
          scale,
          precision,
          'connect.version': 1,
          'connect.parameters': {
            scale: String(scale),
            'connect.decimal.precision': String(precision),
          },
          'connect.name': `${CONNECT}.Decimal`,
          logicalType: 'decimal',
        };
      }
      case 'TIME':
        return logical('int', 'Time', 'time-millis');
      case 'DATE':
        return logical('int', 'Date', 'date');
      case 'TIMESTAMP':
        return logical('long', 'Timestamp', 'timestamp-millis');
      case 'ARRAY':
        return { type: 'array', items: ['null', this.#type(type.element, name)] };
      case 'MAP':
        return this.#map(type, name);
      case 'STRUCT':
        return this.record(type.fields, name);
      default:
        return unreachable(type);
    }
  }

  #map({ key, value }: Extract<SqlType, { kind: 'MAP' }>, name: string): Json {
    return {
      type: 'array',
      items: {
        ...this.#head(name),
        fields: [
          this.#field('key', key, name, 'MapKey'),
          this.#field('value', value, name, 'MapValue'),
        ],
        'connect.internal.type': 'MapEntry',
      },
      'connect.name': name,
    };
  }
}

function logical(type: string, name: string, logicalType: string): Json {
  return { type, 'connect.version': 1, 'connect.name': `${CONNECT}.${name}`, logicalType };
}
