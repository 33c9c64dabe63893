import { ByteWriter } from '../../src/base/byte-writer.ts';
import type { Format, FormatSpec } from '../../src/formats/format.ts';
import type { SchemaLookup } from '../../src/formats/registered-schema.ts';
import type { Column } from '../../src/sql/schema.ts';
import type { Row, SqlType } from '../../src/sql/types.ts';

/** Columns named C0, C1, ... of these types. */
export function columnsOfTypes(...types: readonly SqlType[]): readonly Column[] {
  return types.map((type, i) => ({ name: `C${i}`, type }));
}

/** The payload of a row; null for a null payload. */
export function encode(
  format: Format,
  columns: readonly Column[],
  row: Row,
  spec: FormatSpec = { name: format.name },
): Buffer | null {
  const writer = new ByteWriter();
  return format.createEncoder({ columns, spec })(row, 0, writer) ? writer.copy() : null;
}

export function encodeText(
  format: Format,
  columns: readonly Column[],
  row: Row,
  spec?: FormatSpec,
): string | null {
  return encode(format, columns, row, spec)?.toString() ?? null;
}

/** The row of a payload; null when it stands for a null row. All columns are needed unless said otherwise. */
export function decode(
  format: Format,
  columns: readonly Column[],
  payload: Buffer | string,
  spec: FormatSpec = { name: format.name },
  needed: readonly boolean[] = columns.map(() => true),
  schemas?: SchemaLookup,
): Row | null {
  // Bytes around the payload, as in a batch, which must not be looked at.
  const bytes = Buffer.concat([Buffer.from('1"'), Buffer.from(payload), Buffer.from('}1"')]);
  const row: Row = ['before', ...columns.map(() => 'old' as const)];
  const decoder = format.createDecoder({ columns, spec, needed, schemas });
  return decoder(bytes, 2, bytes.length - 3, row, 1) ? row.slice(1) : null;
}
