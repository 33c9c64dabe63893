// Hot path: once per record.
import type { SchemaType } from '../schema-registry/schema-registry.ts';
import { DeserializationError, type Decoder, type DecoderOptions, type Encoder } from './format.ts';
import { SchemaNeeded, type ResolvedSchema } from './registered-schema.ts';

/** In front of a payload: a byte 0 and the id of its schema, 32 bits big-endian. */
const HEADER_BYTES = 5;
const READERS_MAX = 1_000;
/** Id of a schema that is in no registry. */
const NO_ID = 0;

/** Decodes what follows the header of payloads written with one schema. */
type CompileReader = (schema: ResolvedSchema) => Decoder;

/**
 * A decoder of payloads that name the schema they were written with. The reader of a schema is compiled once, when its
 * first payload comes.
 *
 * @param compile throws DeserializationError for a schema that cannot be read; then so are all its payloads.
 */
export function createRegistryDecoder(
  { schemas }: DecoderOptions,
  { type, compile }: { readonly type: SchemaType; readonly compile: CompileReader },
): Decoder {
  const readers = new Map<number, Decoder>();
  let lastId = -1;
  let last: Decoder = fails(new DeserializationError('There is no schema'));

  const readerOf = (id: number): Decoder => {
    const known = readers.get(id);
    if (known !== undefined) return known;
    const schema = schemas?.find(id);
    if (schema === undefined && schemas !== undefined) throw new SchemaNeeded(id);
    // Not kept: the id may be registered later.
    if (schema === null || schema === undefined) {
      throw new DeserializationError(`The payload names schema ${id}, which is not registered`);
    }
    const reader = compileReader(id, schema);
    if (readers.size >= READERS_MAX) readers.clear();
    readers.set(id, reader);
    return reader;
  };

  const compileReader = (id: number, schema: ResolvedSchema): Decoder => {
    if (schema.type !== type) {
      return fails(
        new DeserializationError(`Schema ${id} of the payload is ${schema.type}, expected ${type}`),
      );
    }
    try {
      return compile(schema);
    } catch (error) {
      if (error instanceof DeserializationError) return fails(error);
      // Types that refer to types that refer to types, thousands of them.
      if (!(error instanceof RangeError)) throw error;
      return fails(new DeserializationError(`Schema ${id} of the payload is nested too deeply`));
    }
  };

  return (bytes, start, end, row, rowOffset) => {
    if (end - start < HEADER_BYTES || bytes[start] !== 0) throw noHeader(bytes, start, end);
    const id = bytes.readInt32BE(start + 1);
    if (id !== lastId) {
      last = readerOf(id);
      lastId = id;
    }
    return last(bytes, start + HEADER_BYTES, end, row, rowOffset);
  };
}

function fails(error: DeserializationError): Decoder {
  return () => {
    throw new DeserializationError(error.message);
  };
}

function noHeader(bytes: Buffer, start: number, end: number): DeserializationError {
  return new DeserializationError(
    end - start < HEADER_BYTES
      ? `The payload has ${end - start} bytes, too few for a schema id`
      : `The payload begins with byte ${bytes[start]}, expected 0 and a schema id`,
  );
}

/** An encoder that puts the header in front of what `encode` writes. */
export function withHeader(id: number | undefined, encode: Encoder): Encoder {
  const schemaId = id ?? NO_ID;
  return (row, rowOffset, writer) => {
    const before = writer.length;
    writer.writeByte(0);
    writer.writeInt32(schemaId);
    if (encode(row, rowOffset, writer)) return true;
    writer.length = before;
    return false;
  };
}
