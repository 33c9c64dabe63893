import { DatabaseError } from '../base/errors.ts';
import { checkNoDelimiter, checkNoFullName, checkNoNullable } from './format-checks.ts';
import type { Format } from './format.ts';

/** No columns at all: whatever the bytes are, they are not looked at, and null is written. */
export const noneFormat: Format = {
  name: 'NONE',

  check(columns, spec, side) {
    checkNoDelimiter('NONE', spec);
    checkNoNullable('NONE', spec);
    checkNoFullName('NONE', spec);
    if (columns.length === 0) return;
    const names = columns.map((column) => column.name).join(', ');
    throw new DatabaseError(
      'BAD_STATEMENT',
      `Format NONE is for a ${side} without columns, found ${names}. Name another format, such as JSON.`,
    );
  },

  unwrappedByDefault: () => false,
  wrappingIsChoice: false,
  schemas: null,
  createDecoder: () => () => true,
  createEncoder: () => () => false,
};
