import type { SchemaInfo } from '../src/api/entities.ts';

/** A type as DESCRIBE and SHOW TYPES write it. */
export function formatSchema(schema: SchemaInfo): string {
  const member = schema.memberSchema === null ? '' : formatSchema(schema.memberSchema);
  switch (schema.type) {
    case 'STRING':
      return 'VARCHAR(STRING)';
    case 'DECIMAL':
      return `DECIMAL(${schema.parameters?.precision}, ${schema.parameters?.scale})`;
    case 'ARRAY':
      return `ARRAY<${member}>`;
    case 'MAP':
      return `MAP<STRING, ${member}>`;
    case 'STRUCT': {
      const fields = (schema.fields ?? []).map(
        (field) => `${field.name} ${formatSchema(field.schema)}`,
      );
      return `STRUCT<${fields.join(', ')}>`;
    }
    default:
      return schema.type;
  }
}
