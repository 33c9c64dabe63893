import type { FieldInfo, SchemaInfo } from '../api/entities.ts';
import type { RowSchema } from '../sql/schema.ts';
import type { SqlType } from '../sql/types.ts';

/** The columns of a source or result as DESCRIBE shows them, keys first. */
export function fieldsOf(schema: RowSchema): FieldInfo[] {
  return [
    ...schema.keys.map(({ name, type }): FieldInfo => {
      return { name, schema: schemaOf(type), type: 'KEY' };
    }),
    ...schema.values.map(({ name, type, header }): FieldInfo => {
      const field = { name, schema: schemaOf(type) };
      if (header === undefined) return field;
      const { key } = header;
      return { ...field, type: 'HEADER', ...(key === null ? {} : { headerKey: key }) };
    }),
  ];
}

/** A type as a tree of names. */
export function schemaOf(type: SqlType): SchemaInfo {
  switch (type.kind) {
    case 'DECIMAL': {
      const { precision, scale } = type;
      return {
        type: 'DECIMAL',
        fields: null,
        memberSchema: null,
        parameters: { precision, scale },
      };
    }
    case 'ARRAY':
      return { type: 'ARRAY', fields: null, memberSchema: schemaOf(type.element) };
    case 'MAP':
      return { type: 'MAP', fields: null, memberSchema: schemaOf(type.value) };
    case 'STRUCT': {
      const fields = type.fields.map((field): FieldInfo => {
        return { name: field.name, schema: schemaOf(field.type) };
      });
      return { type: 'STRUCT', fields, memberSchema: null };
    }
    default:
      return { type: type.kind, fields: null, memberSchema: null };
  }
}
