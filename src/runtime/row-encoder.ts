import { ByteWriter } from '../base/byte-writer.ts';
import type { Source } from '../catalog/source.ts';
import { findFormat } from '../formats/index.ts';
import type { Row } from '../sql/types.ts';

/** The key and value bytes of one row of a source; cold path, for single inserts. */
export function encodeRow(source: Source, row: Row): { key: Buffer | null; value: Buffer | null } {
  const { keys, values } = source.schema;
  const encodeKey = findFormat(source.keyFormat.name).createEncoder({
    columns: keys,
    spec: source.keyFormat,
  });
  const encodeValue = findFormat(source.valueFormat.name).createEncoder({
    columns: values,
    spec: source.valueFormat,
  });
  const writer = new ByteWriter();
  const key = encodeKey(row, 0, writer) ? writer.copy() : null;
  writer.reset();
  const value = encodeValue(row, keys.length, writer) ? writer.copy() : null;
  return { key, value };
}
