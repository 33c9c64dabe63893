import type { FieldInfo } from '../../src/api/entities.ts';
import type { QueryResult } from '../../src/engine.ts';
import { schemaOf } from '../../src/statements/fields.ts';

/** The first frame of a query: its columns, with KEY on those of a pull query that are. */
export function schemaFrame(result: QueryResult): string {
  return JSON.stringify(
    result.columns.map((column): FieldInfo => {
      const field = { name: column.name, schema: schemaOf(column.type) };
      return result.kind === 'pull' && column.isKey ? { ...field, type: 'KEY' } : field;
    }),
  );
}
