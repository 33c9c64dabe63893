import { DatabaseError } from '../base/errors.ts';
import type { Column } from '../sql/schema.ts';
import type { SqlType } from '../sql/types.ts';
import { avroName, deriveAvroSchema } from './avro-derive.ts';
import { inferFromAvro } from './avro-infer.ts';
import { compileAvroReader } from './avro-reader.ts';
import { createAvroEncoder } from './avro-writer.ts';
import {
  checkKeyHasNoMap,
  checkMapKeys,
  checkNoDelimiter,
  checkNoNullable,
} from './format-checks.ts';
import type { Format } from './format.ts';
import { createRegistryDecoder } from './registry-payload.ts';

const NAME = 'AVRO';

/**
 * Avro's binary encoding behind the id of the schema it was written with (section 7.5 of the dialect): a record with a
 * field for each column, or the bare value of a single column.
 */
export const avroFormat: Format = {
  name: NAME,

  check(columns, spec, side) {
    checkKeyHasNoMap(columns, side);
    checkNoDelimiter(NAME, spec);
    checkNoNullable(NAME, spec);
    checkMapKeys(NAME, columns);
    if (spec.unwrapped === true && columns.length === 1) {
      checkNames(columns[0]!.type);
    } else for (const column of columns) checkNamed(column);
    for (const part of spec.fullName?.split('.') ?? []) checkName(part);
  },

  unwrappedByDefault: (side) => side === 'key',
  wrappingIsChoice: true,
  createDecoder: (options) =>
    createRegistryDecoder(options, {
      type: 'AVRO',
      compile: (schema) => compileAvroReader(schema, options),
    }),
  createEncoder: createAvroEncoder,
  schemas: { type: 'AVRO', derive: deriveAvroSchema, infer: inferFromAvro },
};

function checkNamed({ name, type }: Pick<Column, 'name' | 'type'>): void {
  checkName(avroName(name));
  checkNames(type);
}

function checkNames(type: SqlType): void {
  switch (type.kind) {
    case 'ARRAY':
      return checkNames(type.element);
    case 'MAP':
      return checkNames(type.value);
    case 'STRUCT':
      for (const field of type.fields) checkNamed(field);
      return;
    default:
  }
}

function checkName(name: string): void {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return;
  throw new DatabaseError(
    'BAD_STATEMENT',
    `Format ${NAME} cannot hold the name ${name}: names in Avro are letters, digits and _, and do not start with a digit.`,
  );
}
