import type { FieldInfo, SchemaInfo } from '../../src/api/entities.ts';
import type { QueryResult } from '../../src/engine.ts';
import type { SqlType } from '../../src/sql/types.ts';

/** The first frame of a query: its columns, with KEY on those of a pull query that are. */
export function schemaFrame(result: QueryResult): string {
  return JSON.stringify(
    result.columns.map((column): FieldInfo => {
      const field = { name: column.name, schema: schemaInfo(column.type) };
      return result.kind === 'pull' && column.isKey ? { ...field, type: 'KEY' } : field;
    }),
  );
}

function schemaInfo(type: SqlType): SchemaInfo {
  const plain = { type: type.kind, fields: null, memberSchema: null };
  switch (type.kind) {
    case 'DECIMAL':
      return { ...plain, parameters: { precision: type.precision, scale: type.scale } };
    case 'ARRAY':
      return { ...plain, memberSchema: schemaInfo(type.element) };
    case 'MAP':
      return { ...plain, memberSchema: schemaInfo(type.value) };
    case 'STRUCT':
      return {
        ...plain,
        fields: type.fields.map((field) => ({ name: field.name, schema: schemaInfo(field.type) })),
      };
    default:
      return plain;
  }
}
