import { DatabaseError } from '../base/errors.ts';
import type { Column } from '../sql/schema.ts';
import { DATE, STRING, TIME, TIMESTAMP, type SqlType, type StructField } from '../sql/types.ts';
import type { InferOptions, InferredColumns } from './format.ts';
import {
  messageNamed,
  parseProtobufSchema,
  wireScalarOf,
  type ProtobufField,
  type ProtobufMessage,
  type ProtobufScalar,
  type ProtobufType,
} from './protobuf-schema.ts';
import type { ResolvedSchema } from './registered-schema.ts';

const FIELDS_MAX = 10_000;

/** The columns of a Protobuf schema; see FormatSchemas.infer. */
export function inferFromProtobuf(
  schema: ResolvedSchema,
  { whole, fullName }: InferOptions,
): InferredColumns {
  const message = messageNamed(parseProtobufSchema(schema), fullName);
  const columns = new Inference().fieldsOf(message);
  if (columns.length === 0) throw refuse(`the message ${message.name} has no fields`);
  if (whole === null) return { columns, fullName: message.name };
  return {
    columns: [{ name: whole, type: { kind: 'STRUCT', fields: columns } }],
    fullName: message.name,
  };
}

/** One walk over a schema, whose messages may contain themselves. */
class Inference {
  readonly #open = new Set<ProtobufMessage>();
  #count = 0;

  /** Fields of a type that no column can have are left out. */
  fieldsOf(message: ProtobufMessage): readonly (Column & StructField)[] {
    if (this.#open.has(message)) return [];
    this.#open.add(message);
    const fields = message.fields.flatMap((field) => {
      const type = this.#fieldType(field);
      return type === null ? [] : [{ name: field.name, type }];
    });
    this.#open.delete(message);
    return fields;
  }

  #fieldType({ type, repeated }: ProtobufField): SqlType | null {
    if (++this.#count > FIELDS_MAX) throw refuse(`it has more than ${FIELDS_MAX} fields`);
    if (type.kind === 'entry') {
      const key = this.#fieldType(type.key);
      const value = this.#fieldType(type.value);
      return key === null || value === null ? null : { kind: 'MAP', key, value };
    }
    const element = this.#type(type);
    return element !== null && repeated ? { kind: 'ARRAY', element } : element;
  }

  #type(type: Exclude<ProtobufType, { kind: 'entry' }>): SqlType | null {
    switch (type.kind) {
      case 'scalar':
      case 'enum':
        return scalarType(type);
      case 'wrapper':
        return scalarType(type.value);
      case 'date':
        return DATE;
      case 'time':
        return TIME;
      case 'timestamp':
        return TIMESTAMP;
      case 'decimal':
        return { kind: 'DECIMAL', precision: type.precision, scale: type.scale };
      case 'message': {
        const fields = this.fieldsOf(type.message);
        return fields.length === 0 ? null : { kind: 'STRUCT', fields };
      }
    }
  }
}

function scalarType(type: ProtobufScalar): SqlType {
  const { kind } = wireScalarOf(type);
  switch (kind) {
    case 'FLOAT':
      return { kind: 'DOUBLE' };
    case 'DECIMAL':
      return STRING;
    default:
      return { kind };
  }
}

function refuse(reason: string): DatabaseError {
  return new DatabaseError('BAD_STATEMENT', `The Protobuf schema gives no columns: ${reason}.`);
}
