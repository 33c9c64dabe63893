import {
  checkKeyHasNoMap,
  checkMapKeys,
  checkNoDelimiter,
  checkNoFullName,
  checkNoNullable,
} from './format-checks.ts';
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
    checkNoNullable('JSON', spec);
    checkNoFullName('JSON', spec);
    checkMapKeys('JSON', columns);
  },

  unwrappedByDefault: (side) => side === 'key',
  wrappingIsChoice: true,
  schemas: null,
  createDecoder: createJsonDecoder,
  createEncoder: createJsonEncoder,
};
