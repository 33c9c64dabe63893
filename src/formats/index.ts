import { DatabaseError } from '../base/errors.ts';
import { avroFormat } from './avro.ts';
import { delimitedFormat } from './delimited.ts';
import type { Format } from './format.ts';
import { jsonFormat } from './json.ts';
import { jsonSrFormat } from './json-sr.ts';
import { kafkaFormat } from './kafka.ts';
import { noneFormat } from './none.ts';
import { protobufFormat, protobufNoSrFormat } from './protobuf.ts';

/** All formats there are. */
export const formats: readonly Format[] = [
  kafkaFormat,
  jsonFormat,
  jsonSrFormat,
  avroFormat,
  protobufFormat,
  protobufNoSrFormat,
  delimitedFormat,
  noneFormat,
];

/**
 * The format of this name, in any letter case.
 * @throws DatabaseError BAD_STATEMENT when there is none.
 */
export function findFormat(name: string): Format {
  const upperCased = name.toUpperCase();
  const format = formats.find((candidate) => candidate.name === upperCased);
  if (format !== undefined) return format;
  throw new DatabaseError(
    'BAD_STATEMENT',
    `Unknown format ${name}, expected one of ${formats.map((known) => known.name).join(', ')}.`,
  );
}
