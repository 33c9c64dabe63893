import { FunctionBuilder, joinCode, js, type Code } from '../base/generate.ts';
import type { Row } from '../sql/types.ts';
import type { JsonLayout, JsonLayoutField } from './json-layout.ts';
import {
  BOOLEAN,
  DECIMAL,
  DOUBLE,
  EXACT_DIGITS,
  INT32_DIGITS,
  INTEGER,
  POWERS,
  TEXT,
} from './json-scalar.ts';
import type { ScalarReading } from './json-scalar.ts';
import { skipJson } from './json-skip.ts';
import { decodeText } from './payload-text.ts';
import { CACHED_LENGTH_MAX, readCachedText } from './string-cache.ts';

/**
 * Reads one record into `row`, its columns from `base` on. Returns false, with the row half filled, for a record that
 * the exact reader must look at.
 * @throws DeserializationError likewise.
 */
export type ReadJsonRecord = (
  bytes: Buffer,
  at: number,
  end: number,
  row: Row,
  base: number,
) => boolean;

/** What the generated function leaves to others. */
export interface JsonFallbacks {
  /**
   * Reads a value of any form into its column and returns the position behind it.
   * @throws DeserializationError when it does not stand for a value of the column.
   */
  readonly value: (
    column: number,
    bytes: Buffer,
    at: number,
    end: number,
    row: Row,
    base: number,
  ) => number;
  /** Reads the rest of a record that is laid out differently behind so many values; `at` is behind the last of them. */
  readonly rest: (
    bytes: Buffer,
    at: number,
    end: number,
    row: Row,
    base: number,
    done: number,
  ) => boolean;
  /** Likewise, for a record that only has more fields than the layout. */
  readonly more: JsonFallbacks['rest'];
}

/**
 * Generates the function that reads records of a layout: no table is looked at, every name is a comparison with
 * constant bytes, every value is read by the code for its column's type, and nothing is read of the others.
 *
 * Like the table-driven reader it may look at bytes behind `end`, and compares with it at last. Of what records say only
 * bytes enter the code, as numbers; see {@link Code}.
 *
 * @param readings by column.
 */
export function generateJsonReader(
  layout: JsonLayout,
  readings: readonly ScalarReading[],
  fallbacks: JsonFallbacks,
): ReadJsonRecord {
  const builder = new FunctionBuilder(js`bytes, at, end, row, base`);
  const emission: Emission = { builder, readings, fallbacks };
  const statements = [emitNulls(layout, readings.length)];
  for (const [done, field] of layout.fields.entries()) {
    const rest = js`${builder.constant(fallbacks.rest)}(bytes, at, end, row, base, ${done})`;
    statements.push(
      js`if (${emitDiffers(field.prefix)}) return ${rest};`,
      js`at += ${field.prefix.length};`,
      field.column < 0 ? emitSkip(field, emission) : emitValue(field.column, emission),
    );
  }
  return builder.build(js`${joinCode(statements, js`\n`)}\n${emitEnd(layout, emission)}`);
}

interface Emission {
  readonly builder: FunctionBuilder;
  readonly readings: readonly ScalarReading[];
  readonly fallbacks: JsonFallbacks;
}

/** Columns that the layout has no field for. */
function emitNulls({ fields }: JsonLayout, columnCount: number): Code {
  const filled = new Set(fields.map(({ column }) => column));
  const absent = Array.from({ length: columnCount }, (_, column) => column).filter(
    (column) => !filled.has(column),
  );
  return joinCode(
    absent.map((column) => js`row[base + ${column}] = null;`),
    js` `,
  );
}

function emitEnd({ fields, tail }: JsonLayout, { builder, fallbacks }: Emission): Code {
  const { length } = fields;
  if (tail === null) {
    return js`return ${builder.constant(fallbacks.more)}(bytes, at, end, row, base, ${length});`;
  }
  const rest = js`${builder.constant(fallbacks.rest)}(bytes, at, end, row, base, ${length})`;
  return js`if (at + ${tail.length} !== end || ${emitDiffers(tail)}) return ${rest};
return true;`;
}

/** Whether the bytes at `at` are others than these. */
function emitDiffers(expected: Uint8Array): Code {
  return joinCode(
    Array.from(expected, (byte, i) => js`bytes[at + ${i}] !== ${byte}`),
    js` || `,
  );
}

/** Reads a value and moves `at` behind it. */
function emitValue(column: number, emission: Emission): Code {
  const { builder, readings, fallbacks } = emission;
  const reading = readings[column]!;
  const target = js`row[base + ${column}]`;
  const any = js`at = ${builder.constant(fallbacks.value)}(${column}, bytes, at, end, row, base);`;
  switch (reading.how) {
    case TEXT:
      return orElse(emitText(target, builder), any);
    case BOOLEAN:
      return orElse(emitBoolean(target), any);
    case INTEGER:
      return orElse(emitInteger(target, reading, builder), any);
    case DOUBLE:
    case DECIMAL:
      return orElse(emitFraction(target, reading, builder), any);
    default:
      return any;
  }
}

/** Tries a reader that leaves the block `read` when the value is none of its own, and sets `next` otherwise. */
function orElse(read: Code, instead: Code): Code {
  return js`{ let next = -1;
read: { ${read} }
if (next === -1) { ${instead} } else at = next; }`;
}

/** From inside of a text without escapes to its closing quote, which is then `to`. */
const WALK_TO_QUOTE = js`for (;; to++) {
  if (to >= end) break read;
  const byte = bytes[to];
  if (byte === 34) break;
  if (byte < 32 || byte === 92) break read;
  highest |= byte;
}
next = to + 1;`;

/** The same from `at` on. */
const WALK_TEXT = js`if (bytes[at] !== 34) break read;
const from = at + 1;
let to = from, highest = 0;
${WALK_TO_QUOTE}`;

/** The same with the hash of the text, if it is short. */
const WALK_HASHED_TEXT = js`if (bytes[at] !== 34) break read;
const from = at + 1, near = Math.min(end, from + ${CACHED_LENGTH_MAX});
let to = from, hash = 0, highest = 0;
for (; to < near; to++) {
  const byte = bytes[to];
  if (byte === 34) break;
  if (byte < 32 || byte === 92) break read;
  highest |= byte;
  hash = ((hash << 5) | (hash >>> 27)) ^ byte;
}
${WALK_TO_QUOTE}`;

function emitText(target: Code, builder: FunctionBuilder): Code {
  const cached = builder.constant(readCachedText);
  const decode = builder.constant(decodeLongText);
  return js`${WALK_HASHED_TEXT}
${target} = highest < 128 && to - from <= ${CACHED_LENGTH_MAX}
  ? ${cached}(bytes, from, to, hash) : ${decode}(bytes, from, to, highest);`;
}

function decodeLongText(bytes: Buffer, start: number, end: number, highest: number): string {
  return highest < 0x80 ? bytes.toString('latin1', start, end) : decodeText(bytes, start, end);
}

function emitBoolean(target: Code): Code {
  return js`if (bytes[at] === 116 && bytes[at + 1] === 114 && bytes[at + 2] === 117 && bytes[at + 3] === 101) {
  ${target} = true; next = at + 4;
} else if (bytes[at] === 102 && bytes[at + 1] === 97 && bytes[at + 2] === 108 && bytes[at + 3] === 115 && bytes[at + 4] === 101) {
  ${target} = false; next = at + 5;
}`;
}

/** The sign and the first digits of a number, so many that 32 bits hold them; more may follow. */
const WALK_FIRST_DIGITS = js`const negative = bytes[at] === 45;
const from = negative ? at + 1 : at;
let to = from, value = 0, digit = bytes[to] - 48;
while (digit >= 0 && digit <= 9 && to < from + ${INT32_DIGITS}) {
  value = (Math.imul(value, 10) + digit) | 0;
  digit = bytes[++to] - 48;
}`;

/** Not for numbers with a point or an exponent. */
function emitInteger(target: Code, { low, high }: ScalarReading, builder: FunctionBuilder): Code {
  const bounds = Number.isFinite(high)
    ? js`if (value < ${builder.constant(low)} || value > ${builder.constant(high)}) break read;`
    : js``;
  return js`${WALK_FIRST_DIGITS}
if (to === from || (bytes[from] === 48 && to > from + 1)) break read;
if (digit >= 0 && digit <= 9) {
  let lower = 0, power = 1;
  while (digit >= 0 && digit <= 9 && to < from + ${EXACT_DIGITS}) {
    lower = (Math.imul(lower, 10) + digit) | 0;
    power = Math.imul(power, 10);
    digit = bytes[++to] - 48;
  }
  if (digit >= 0 && digit <= 9) break read;
  value = value * power + lower;
}
if (digit === -2 || digit === 21 || digit === 53) break read;
if (negative) value = 0 - value;
${bounds}
${target} = value;
next = to;`;
}

/** Of so few digits that a DOUBLE holds them all; not for numbers with an exponent. */
function emitFraction(target: Code, reading: ScalarReading, builder: FunctionBuilder): Code {
  const powers = builder.constant(POWERS);
  return js`${WALK_FIRST_DIGITS}
while (digit >= 0 && digit <= 9) { value = value * 10 + digit; digit = bytes[++to] - 48; }
let digits = to - from, fraction = 0;
if (digits === 0 || (digits > 1 && bytes[from] === 48)) break read;
if (digit === -2) {
  const point = to;
  digit = bytes[++to] - 48;
  while (digit >= 0 && digit <= 9) { value = value * 10 + digit; digit = bytes[++to] - 48; }
  fraction = to - point - 1;
  if (fraction === 0) break read;
  digits += fraction;
}
if (digits > ${EXACT_DIGITS} || digit === 21 || digit === 53) break read;
${reading.how === DOUBLE ? emitDouble(target, powers) : emitDecimal(target, reading, powers, builder)}
next = to;`;
}

/** Both operands are exact, so the quotient is the nearest DOUBLE; the sign keeps -0. */
function emitDouble(target: Code, powers: Code): Code {
  return js`if (fraction > 0) value /= ${powers}[fraction];
${target} = negative ? -value : value;`;
}

function emitDecimal(
  target: Code,
  { low, high, scale }: ScalarReading,
  powers: Code,
  builder: FunctionBuilder,
): Code {
  return js`const padding = ${scale} - fraction;
if (padding < 0 || digits + padding > ${EXACT_DIGITS}) break read;
value *= ${powers}[padding];
if (negative) value = 0 - value;
if (value < ${builder.constant(low)} || value > ${builder.constant(high)}) break read;
${target} = value;`;
}

/** Checks a value that nobody reads and moves `at` behind it. */
function emitSkip({ first }: JsonLayoutField, { builder }: Emission): Code {
  const skip = builder.constant(skipJson);
  const any = js`at = ${skip}(bytes, at, end, 1); if (at === -1) return false;`;
  if (first === 0x22) return orElse(js`${WALK_TEXT} if (highest > 127) next = -1;`, any);
  const isNumber = first === 0x2d || (first >= 0x30 && first <= 0x39);
  if (!isNumber) return any;
  return orElse(
    js`let to = bytes[at] === 45 ? at + 1 : at, digit = bytes[to] - 48;
const from = to;
while (digit >= 0 && digit <= 9) digit = bytes[++to] - 48;
if (to === from || (bytes[from] === 48 && to > from + 1)) break read;
if (digit === -2 || digit === 21 || digit === 53) break read;
next = to;`,
    any,
  );
}
