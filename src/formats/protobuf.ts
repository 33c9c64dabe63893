import { DatabaseError } from '../base/errors.ts';
import type { Column } from '../sql/schema.ts';
import { formatType, type SqlType } from '../sql/types.ts';
import { checkKeyHasNoMap, checkMapKeys, checkNoDelimiter } from './format-checks.ts';
import type { DecoderOptions, Format, FormatSpec } from './format.ts';
import { deriveProtobufSchema } from './protobuf-derive.ts';
import { inferFromProtobuf } from './protobuf-infer.ts';
import { compileMessageReader, compileProtobufReader } from './protobuf-reader.ts';
import { parseProtobufSchema } from './protobuf-schema.ts';
import { createBareProtobufEncoder, createProtobufEncoder } from './protobuf-writer.ts';
import { createRegistryDecoder } from './registry-payload.ts';

/**
 * Protobuf messages behind the id of the schema they were written with (section 7.6 of the dialect): one field for each
 * column. Scalars that may be null are written as their default unless the source says how to keep them.
 */
export const protobufFormat: Format = {
  name: 'PROTOBUF',

  check(columns, spec, side) {
    checkColumns('PROTOBUF', columns, spec, side);
    if (spec.unwrapped !== true) return;
    throw new DatabaseError(
      'BAD_STATEMENT',
      'Format PROTOBUF cannot write a single column without a message around it: WRAP_SINGLE_VALUE must not be false.',
    );
  },

  unwrappedByDefault: () => false,
  wrappingIsChoice: false,
  createDecoder: (options) =>
    createRegistryDecoder(options, {
      type: 'PROTOBUF',
      compile: (schema) => compileProtobufReader(schema, options),
    }),
  createEncoder: createProtobufEncoder,
  schemas: { type: 'PROTOBUF', derive: deriveProtobufSchema, infer: inferFromProtobuf },
};

/** Protobuf messages of the schema that the columns make, with nothing in front: no registry knows them. */
export const protobufNoSrFormat: Format = {
  name: 'PROTOBUF_NOSR',

  check(columns, spec, side) {
    checkColumns('PROTOBUF_NOSR', columns, spec, side);
    if (spec.fullName !== undefined) {
      throw new DatabaseError(
        'BAD_STATEMENT',
        'KEY_SCHEMA_FULL_NAME and VALUE_SCHEMA_FULL_NAME belong to AVRO, PROTOBUF and JSON_SR, but the format is PROTOBUF_NOSR.',
      );
    }
    const [single] = columns;
    const isBareScalar =
      spec.unwrapped === true && columns.length === 1 && single?.type.kind !== 'STRUCT';
    if (!isBareScalar) return;
    throw new DatabaseError(
      'BAD_STATEMENT',
      `Format PROTOBUF_NOSR can write a single ${side} column without a message around it only when it is a STRUCT, but ${single?.name} is ${formatType(single!.type)}.`,
    );
  },

  unwrappedByDefault: (side) => side === 'key',
  wrappingIsChoice: true,
  createDecoder: createBareDecoder,
  createEncoder: createBareProtobufEncoder,
  schemas: null,
};

function createBareDecoder(options: DecoderOptions): ReturnType<Format['createDecoder']> {
  const text = deriveProtobufSchema(options.columns, options.spec);
  const [message] = parseProtobufSchema({ type: 'PROTOBUF', text, dependencies: [] }).messages;
  return compileMessageReader(message!, options);
}

function checkColumns(
  format: string,
  columns: readonly Column[],
  spec: FormatSpec,
  side: 'key' | 'value',
): void {
  checkKeyHasNoMap(columns, side);
  checkNoDelimiter(format, spec);
  checkMapKeys(format, columns);
  for (const column of columns) checkField(format, column, column);
}

function checkField(
  format: string,
  { name, type }: { readonly name: string; readonly type: SqlType },
  column: Column,
): void {
  // The parser of schemas cannot hold a field of this name.
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || name === '__proto__') {
    throw new DatabaseError(
      'BAD_STATEMENT',
      `Format ${format} cannot hold the name ${name}: names in Protobuf are letters, digits and _, and do not start with a digit.`,
    );
  }
  checkType(format, type, column);
}

function checkType(format: string, type: SqlType, column: Column): void {
  switch (type.kind) {
    case 'ARRAY':
      if (type.element.kind === 'ARRAY' || type.element.kind === 'MAP') {
        throw new DatabaseError(
          'BAD_STATEMENT',
          `Format ${format} cannot hold an ARRAY of ${type.element.kind}, found ${formatType(type)} in column ${column.name}. Put a STRUCT around the elements.`,
        );
      }
      return checkType(format, type.element, column);
    case 'MAP':
      return checkType(format, type.value, column);
    case 'STRUCT':
      for (const field of type.fields) checkField(format, field, column);
      return;
    default:
  }
}
