import { DatabaseError } from '../base/errors.ts';
import type { Column } from '../sql/schema.ts';
import type { SqlType, StructField } from '../sql/types.ts';
import type { InferOptions, InferredColumns } from './format.ts';
import { parseJsonSchema, type JsonStruct, type JsonType } from './json-schema.ts';
import type { ResolvedSchema } from './registered-schema.ts';

const TYPES_MAX = 10_000;

/** The columns of a JSON Schema; see FormatSchemas.infer. */
export function inferFromJsonSchema(
  schema: ResolvedSchema,
  { side, whole }: InferOptions,
): InferredColumns {
  const root = parseJsonSchema(schema);
  if (whole !== null) {
    const type = new Inference().typeOf(root);
    if (type !== null) return { columns: [{ name: whole, type }], fullName: null };
    throw refuse('it is no type that a column can have');
  }
  if (root.kind !== 'STRUCT') {
    throw refuse(
      `it is no object, but the columns of the ${side} are the properties of one. With WRAP_SINGLE_VALUE=false it is one column`,
    );
  }
  return { columns: new Inference().fieldsOf(root), fullName: null };
}

/** One walk over a schema, which may contain itself. */
class Inference {
  readonly #open = new Set<JsonStruct>();
  #count = 0;

  /** Null when no column can hold it. */
  typeOf(type: JsonType): SqlType | null {
    if (++this.#count > TYPES_MAX) throw refuse(`it has more than ${TYPES_MAX} properties`);
    switch (type.kind) {
      case 'ANY':
        return null;
      case 'FLOAT':
        return { kind: 'DOUBLE' };
      case 'ARRAY': {
        const element = this.typeOf(type.items);
        return element === null ? null : { kind: 'ARRAY', element };
      }
      case 'MAP': {
        const key = this.typeOf(type.key);
        const value = this.typeOf(type.value);
        return key === null || value === null ? null : { kind: 'MAP', key, value };
      }
      case 'STRUCT': {
        const fields = this.fieldsOf(type);
        return fields.length === 0 ? null : { kind: 'STRUCT', fields };
      }
      case 'DECIMAL':
        return { kind: 'DECIMAL', precision: type.precision, scale: type.scale };
      default:
        return { kind: type.kind };
    }
  }

  fieldsOf(struct: JsonStruct): readonly (Column & StructField)[] {
    if (this.#open.has(struct)) return [];
    this.#open.add(struct);
    const fields = struct.fields.flatMap((field) => {
      const type = this.typeOf(field.type);
      return type === null ? [] : [{ name: field.name, type }];
    });
    this.#open.delete(struct);
    return fields;
  }
}

function refuse(reason: string): DatabaseError {
  return new DatabaseError('BAD_STATEMENT', `The JSON Schema gives no columns: ${reason}.`);
}
