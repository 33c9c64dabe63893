import { ByteWriter } from '../base/byte-writer.ts';
import { writeAvroBytes, writeAvroLong, writeAvroText } from './avro-output.ts';
import type { AvroType } from './avro-schema.ts';

/**
 * The bytes of a field's default, given as JSON by the rules of the Avro specification: that of a union is of its
 * first branch. Null when it does not fit the type.
 */
export function encodeAvroDefault(type: AvroType, json: unknown): Buffer | null {
  const writer = new ByteWriter();
  return write(type, json, writer) ? writer.copy() : null;
}

function write(type: AvroType, json: unknown, writer: ByteWriter): boolean {
  switch (type.kind) {
    case 'null':
      return json === null;
    case 'boolean':
      if (typeof json !== 'boolean') return false;
      writer.writeByte(json ? 1 : 0);
      return true;
    case 'int':
    case 'long':
      if (!Number.isSafeInteger(json)) return false;
      writeAvroLong(json as number, writer);
      return true;
    case 'float':
    case 'double':
      if (typeof json !== 'number') return false;
      writer.writeBytes(littleEndian(json, type.kind));
      return true;
    case 'string':
      if (typeof json !== 'string') return false;
      writeAvroText(json, writer);
      return true;
    case 'bytes':
      if (typeof json !== 'string') return false;
      writeAvroBytes(Buffer.from(json, 'latin1'), writer);
      return true;
    case 'fixed':
      if (typeof json !== 'string' || json.length !== type.size) return false;
      writer.writeBytes(Buffer.from(json, 'latin1'));
      return true;
    case 'enum': {
      const index = type.symbols.indexOf(String(json));
      if (index < 0) return false;
      writeAvroLong(index, writer);
      return true;
    }
    case 'array':
      return (
        Array.isArray(json) && writeItems(json, (item) => write(type.items, item, writer), writer)
      );
    case 'map':
      return (
        isObject(json) &&
        writeItems(
          Object.entries(json),
          ([key, value]) => {
            writeAvroText(key, writer);
            return write(type.values, value, writer);
          },
          writer,
        )
      );
    case 'record':
      return (
        isObject(json) &&
        type.fields.every(({ name, type: field, fallback }) =>
          write(field, Object.hasOwn(json, name) ? json[name] : fallback, writer),
        )
      );
    case 'union': {
      // By the specification the first; newer schemas may have any, so the first that fits.
      const before = writer.length;
      return type.branches.some((branch, index) => {
        writer.length = before;
        writeAvroLong(index, writer);
        return write(branch, json, writer);
      });
    }
  }
}

function writeItems<T>(
  items: readonly T[],
  writeItem: (item: T) => boolean,
  writer: ByteWriter,
): boolean {
  if (items.length > 0) writeAvroLong(items.length, writer);
  if (!items.every(writeItem)) return false;
  writer.writeByte(0);
  return true;
}

function littleEndian(value: number, kind: 'float' | 'double'): Buffer {
  const bytes = Buffer.alloc(kind === 'float' ? 4 : 8);
  if (kind === 'float') bytes.writeFloatLE(value);
  else bytes.writeDoubleLE(value);
  return bytes;
}

function isObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
