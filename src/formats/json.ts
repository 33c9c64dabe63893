import { DatabaseError } from '../base/errors.ts';
import type { Column } from '../sql/schema.ts';
import { formatType, type SqlType } from '../sql/types.ts';
import { checkKeyHasNoMap, checkNoDelimiter } from './format-checks.ts';
import type { Format } from './format.ts';
import { createJsonDecoder } from './json-decoder.ts';
import { createJsonEncoder } from './json-encoder.ts';

/**
 * JSON texts: an object with a field for each column, or the bare value of a single column. Key columns are bare
 * unless said otherwise, value columns in an object. Several columns are always in an object.
 */
export const jsonFormat: Format = {
  name: 'JSON',

  check(columns, spec, side) {
    checkKeyHasNoMap(columns, side);
    checkNoDelimiter('JSON', spec);
    for (const column of columns) checkMapKeys(column, column.type);
  },

  unwrappedByDefault: (side) => side === 'key',
  createDecoder: createJsonDecoder,
  createEncoder: createJsonEncoder,
};

function checkMapKeys(column: Column, type: SqlType): void {
  switch (type.kind) {
    case 'ARRAY':
      return checkMapKeys(column, type.element);
    case 'STRUCT':
      for (const field of type.fields) checkMapKeys(column, field.type);
      return;
    case 'MAP':
      if (type.key.kind === 'STRING') return checkMapKeys(column, type.value);
      throw new DatabaseError(
        'BAD_STATEMENT',
        `Format JSON needs STRING as the key type of a MAP, found ${formatType(type)} in column ${column.name}.`,
      );
    default:
  }
}
