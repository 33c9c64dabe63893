import { DatabaseError } from '../base/errors.ts';
import type { Column } from '../sql/schema.ts';
import {
  BIGINT,
  BOOLEAN,
  BYTES,
  DOUBLE,
  INTEGER,
  STRING,
  type SqlType,
  type StructField,
} from '../sql/types.ts';
import { parseAvroSchema, type AvroRecord, type AvroType } from './avro-schema.ts';
import type { InferOptions, InferredColumns } from './format.ts';
import type { ResolvedSchema } from './registered-schema.ts';

const TYPES_MAX = 10_000;

/** The columns of an Avro schema; see FormatSchemas.infer. */
export function inferFromAvro(
  schema: ResolvedSchema,
  { side, whole }: InferOptions,
): InferredColumns {
  const root = withoutNull(parseAvroSchema(schema));
  const fullName = root.kind === 'record' ? root.name : null;
  if (whole !== null) {
    const type = avroSqlType(root);
    if (type !== null) return { columns: [{ name: whole, type }], fullName };
    throw refuse(`it is no type that a column can have`);
  }
  if (root.kind !== 'record') {
    throw refuse(
      `it is ${root.kind}, but the columns of the ${side} are the fields of a record. With WRAP_SINGLE_VALUE=false it is one column`,
    );
  }
  return { columns: new Inference().fieldsOf(root), fullName };
}

/** The SQL type that holds what an Avro type does; null when there is none. */
export function avroSqlType(type: AvroType): SqlType | null {
  return new Inference().typeOf(type);
}

/** One walk over a schema: records may contain themselves, and a few may stand for very many. */
class Inference {
  readonly #open = new Set<AvroType>();
  #count = 0;

  typeOf(type: AvroType): SqlType | null {
    if (++this.#count > TYPES_MAX) throw refuse(`it has more than ${TYPES_MAX} fields`);
    switch (type.kind) {
      case 'null':
        return null;
      case 'boolean':
        return BOOLEAN;
      case 'int':
        return type.logical ?? INTEGER;
      case 'long':
        return type.logical ?? BIGINT;
      case 'float':
      case 'double':
        return DOUBLE;
      case 'bytes':
      case 'fixed':
        return type.logical ?? BYTES;
      case 'string':
      case 'enum':
        return STRING;
      case 'array':
        return this.#array(type);
      case 'map': {
        const value = this.typeOf(type.values);
        return value === null ? null : { kind: 'MAP', key: STRING, value };
      }
      case 'record': {
        const fields = this.fieldsOf(type);
        return fields.length === 0 ? null : { kind: 'STRUCT', fields };
      }
      case 'union': {
        const single = withoutNull(type);
        return single.kind === 'union' ? null : this.typeOf(single);
      }
    }
  }

  #array({ items, isMap }: Extract<AvroType, { kind: 'array' }>): SqlType | null {
    if (isMap && items.kind === 'record') {
      const [key, value] = items.fields.map((field) => this.typeOf(field.type));
      return key && value ? { kind: 'MAP', key, value } : null;
    }
    const element = this.typeOf(items);
    return element === null ? null : { kind: 'ARRAY', element };
  }

  /** Fields of a type that no column can have are left out. */
  fieldsOf(record: AvroRecord): readonly (Column & StructField)[] {
    if (this.#open.has(record)) return [];
    this.#open.add(record);
    const fields = record.fields.flatMap((field) => {
      const type = this.typeOf(field.type);
      return type === null ? [] : [{ name: field.name, type }];
    });
    this.#open.delete(record);
    return fields;
  }
}

/** The one branch of a union that is not null; any other type as it is. */
function withoutNull(type: AvroType): AvroType {
  if (type.kind !== 'union') return type;
  const branches = type.branches.filter(({ kind }) => kind !== 'null');
  const [only] = branches;
  return branches.length === 1 && only !== undefined ? only : type;
}

function refuse(reason: string): DatabaseError {
  return new DatabaseError('BAD_STATEMENT', `The Avro schema gives no columns: ${reason}.`);
}
