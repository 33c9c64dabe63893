import type { ColumnSpec, KeyFormat, TopicSchema, Value } from './case.ts';

/** Bounds of the window of a windowed key, ms. */
export interface Window {
  readonly start: number;
  readonly end: number;
}

/** The bytes of a key; null for a null key. `null` in a single column is a null key. */
export function keyBytes(
  key: readonly Value[] | null,
  columns: readonly ColumnSpec[],
  format: KeyFormat,
): Buffer | null {
  if (key === null) return null;
  if (columns.length !== 1) return Buffer.from(objectText(key, columns));
  const [value = null] = key;
  if (value === null) return null;
  const [column] = columns;
  return format === 'JSON' ? Buffer.from(jsonText(value)) : kafkaBytes(value, column?.type ?? '');
}

/** The bytes of the key of a record in a topic, window included. */
export function recordKeyBytes(
  schema: TopicSchema,
  key: readonly Value[] | null,
  window: Window | null,
): Buffer | null {
  const inner = keyBytes(key, schema.keys, schema.keyFormat);
  if (inner === null || window === null || schema.windowed === undefined) return inner;
  // Sessions carry end and start, other windows their start (5.7).
  const bounds = schema.windowed.sizeMs === null ? [window.end, window.start] : [window.start];
  return Buffer.concat([inner, ...bounds.map(int64)]);
}

function kafkaBytes(value: Value, type: string): Buffer {
  switch (type) {
    case 'INTEGER': {
      const bytes = Buffer.alloc(4);
      bytes.writeInt32BE(Number(value));
      return bytes;
    }
    case 'BIGINT':
      return int64(value as bigint);
    default:
      return Buffer.from(value as string);
  }
}

function int64(value: bigint | number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
}

/** The columns as a JSON object, all of them, in order. */
export function objectText(values: readonly Value[], columns: readonly ColumnSpec[]): string {
  const members = columns.map(
    ({ name }, index) => `${JSON.stringify(name)}:${jsonText(values[index] ?? null)}`,
  );
  return `{${members.join(',')}}`;
}

function jsonText(value: Value): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint')
    return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return doubleText(value);
  if (value instanceof Map) {
    const members = [...value].map(([key, n]) => `${JSON.stringify(String(key))}:${n}`);
    return `{${members.sort().join(',')}}`;
  }
  return `[${(value as readonly Value[]).map(jsonText).join(',')}]`;
}

/** A DOUBLE as Java writes it. */
function doubleText(value: number): string {
  const size = Math.abs(value);
  if (Object.is(value, -0)) return '-0.0';
  if (value === 0 || (size >= 1e-3 && size < 1e7)) {
    return Number.isInteger(value) ? `${value}.0` : String(value);
  }
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  return `${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`;
}

/** The JSON text with the members of objects that stand for maps in a fixed order, for comparison. */
export function canonical(text: string): string {
  return text.replace(/\{[^{}]*\}(?=[,}])/g, (object) => {
    const members = object
      .slice(1, -1)
      .split(',')
      .filter((member) => member !== '');
    return `{${members.sort().join(',')}}`;
  });
}
