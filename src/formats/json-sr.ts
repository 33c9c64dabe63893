import {
  checkKeyHasNoMap,
  checkMapKeys,
  checkNoDelimiter,
  checkNoNullable,
} from './format-checks.ts';
import type { Format } from './format.ts';
import { deriveJsonSchema } from './json-schema-derive.ts';
import { inferFromJsonSchema } from './json-schema-infer.ts';
import { compileJsonSrReader } from './json-sr-reader.ts';
import { createJsonSrEncoder } from './json-sr-writer.ts';
import { createRegistryDecoder } from './registry-payload.ts';

const NAME = 'JSON_SR';

/**
 * JSON texts behind the id of the JSON Schema they were written with (section 7.4 of the dialect). As JSON, except that
 * a MAP is an array of entries and that the schema says how a text is read.
 */
export const jsonSrFormat: Format = {
  name: NAME,

  check(columns, spec, side) {
    checkKeyHasNoMap(columns, side);
    checkNoDelimiter(NAME, spec);
    checkNoNullable(NAME, spec);
    checkMapKeys(NAME, columns);
  },

  unwrappedByDefault: (side) => side === 'key',
  wrappingIsChoice: true,
  createDecoder: (options) =>
    createRegistryDecoder(options, {
      type: 'JSON',
      compile: (schema) => compileJsonSrReader(schema, options),
    }),
  createEncoder: createJsonSrEncoder,
  schemas: { type: 'JSON', derive: deriveJsonSchema, infer: inferFromJsonSchema },
};
