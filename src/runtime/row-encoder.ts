import { assert } from '../base/assert.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import type { Source } from '../catalog/source.ts';
import type { Encoder, FormatSpec } from '../formats/format.ts';
import { findFormat } from '../formats/index.ts';
import { isPayload, type Column } from '../sql/schema.ts';
import type { Row } from '../sql/types.ts';

/** Catalog snapshots share their sources, so an encoder lives as long as anybody can insert with it. */
const encoders = new WeakMap<Source, { key: Encoder; value: Encoder }>();

/** The key and value bytes of one row of a source: what INSERT ... VALUES writes. */
export function encodeRow(source: Source, row: Row): { key: Buffer | null; value: Buffer | null } {
  const encode = encodersOf(source);
  const writer = new ByteWriter();
  const key = encode.key(row, 0, writer) ? writer.copy() : null;
  writer.reset();
  const { keys, values } = source.schema;
  const payload = row.slice(keys.length).filter((_, index) => values[index]?.header === undefined);
  const value = encode.value(payload, 0, writer) ? writer.copy() : null;
  return { key, value };
}

function encodersOf(source: Source): { key: Encoder; value: Encoder } {
  let found = encoders.get(source);
  if (found === undefined) {
    const { keyFormat, valueFormat, schema } = source;
    checkWriter(keyFormat, schema.keys);
    checkWriter(valueFormat, schema.values.filter(isPayload));
    found = {
      key: findFormat(keyFormat.name).createEncoder({ columns: schema.keys, spec: keyFormat }),
      value: findFormat(valueFormat.name).createEncoder({
        columns: schema.values.filter(isPayload),
        spec: valueFormat,
      }),
    };
    encoders.set(source, found);
  }
  return found;
}

/** A row whose bytes name no schema could never be read. */
function checkWriter({ name, writer }: FormatSpec, columns: readonly Column[]): void {
  const needsSchema = findFormat(name).schemas !== null && columns.length > 0;
  assert(!needsSchema || writer !== undefined, 'rows of formats with schemas name theirs');
}
