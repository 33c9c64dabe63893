import type { ColumnDefinition } from '../../grammar/ast.ts';
import type { Column } from '../sql/schema.ts';
import { BYTES, formatType, STRING, type SqlType, typesEqual } from '../sql/types.ts';
import { errorAt } from './error-at.ts';

const ALL_HEADERS: SqlType = {
  kind: 'ARRAY',
  element: {
    kind: 'STRUCT',
    fields: [
      { name: 'KEY', type: STRING },
      { name: 'VALUE', type: BYTES },
    ],
  },
};

/**
 * What a HEADERS or HEADER('key') column reads (section 1.7 of the dialect reference).
 * @param others the columns declared before it.
 * @throws DatabaseError TYPE_MISMATCH; BAD_STATEMENT for a second HEADERS, one beside HEADER, or two of one key.
 */
export function headerOf(
  definition: ColumnDefinition,
  type: SqlType,
  others: readonly Column[],
): NonNullable<Column['header']> {
  const { headerKey: key } = definition;
  const written = key === null ? 'HEADERS' : `HEADER('${key}')`;
  const expected = key === null ? ALL_HEADERS : BYTES;
  if (!typesEqual(type, expected)) {
    throw errorAt(
      'TYPE_MISMATCH',
      definition,
      `Invalid type for ${written} column: expected ${formatType(expected)}, got ${formatType(type)}`,
    );
  }
  const taken = others.find(({ header }) => {
    return header !== undefined && (key === null || header.key === null || header.key === key);
  });
  if (taken === undefined) return { key };
  const present = taken.header?.key === null ? 'HEADERS' : `HEADER('${taken.header?.key}')`;
  throw errorAt(
    'BAD_STATEMENT',
    definition,
    `Schema already contains a ${present} column: \`${taken.name}\`. A source has one column for all headers, or one for each key.`,
  );
}
