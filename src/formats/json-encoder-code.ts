import type { ByteWriter } from '../base/byte-writer.ts';
import { DIGITS_MAX, writeDigits, writePaddedDigits } from '../base/digits.ts';
import { FunctionBuilder, joinCode, js, type Code } from '../base/generate.ts';
import type { SqlType, Value } from '../sql/types.ts';

/** Writes one value, which is not null, as JSON. */
export type WriteValue = (value: Value, writer: ByteWriter) => void;

/** Writes an object of consecutive values. */
export type WriteJsonObject = (
  values: readonly Value[],
  offset: number,
  writer: ByteWriter,
) => void;

/** A field of the objects that are written. */
export interface JsonFieldWriting {
  readonly name: string;
  /** Where its value stands, from the offset on; null for a field that is always null. */
  readonly index: number | null;
  /** Of the value, when it is written as any value of the type; null when only `write` knows how. */
  readonly type: SqlType | null;
  readonly write: WriteValue;
}

/** Longer texts are written by a call. */
const TEXT_MAX = 64;
const NULL_BYTES = Buffer.from('null');
/** Digits behind the point that 32 bits hold. */
const SCALE_MAX = 9;

/** More would make a function too long for the runtime to optimise. */
const FIELDS_MAX = 64;
const NAME_BYTES_MAX = 2048;

/**
 * Generates the function that writes objects of these fields: names, braces and colons are constant bytes, numbers,
 * booleans and short texts are written by code for their type, all others by a call.
 *
 * @returns null when there are too many fields for one function.
 */
export function generateJsonWriter(fields: readonly JsonFieldWriting[]): WriteJsonObject | null {
  const prefixes = fields.map(({ name }, i) =>
    Buffer.from(`${i === 0 ? '{' : ','}${JSON.stringify(name)}:`),
  );
  const nameBytes = prefixes.reduce((sum, { length }) => sum + length, 0);
  if (fields.length === 0 || fields.length > FIELDS_MAX || nameBytes > NAME_BYTES_MAX) return null;

  const builder = new FunctionBuilder(js`values, offset, writer`);
  /** By field: what it and all behind it may take without a call. */
  const rooms: number[] = [];
  let room = 1;
  for (let i = fields.length - 1; i >= 0; i--) {
    room += prefixes[i]!.length + bytesMaxOf(fields[i]!);
    rooms[i] = room;
  }
  const statements = fields.map((field, i) => {
    const value =
      field.index === null
        ? emitBytes(NULL_BYTES)
        : emitField(field, field.index, rooms[i + 1] ?? 1, builder);
    return js`${emitBytes(prefixes[i]!)}\n${value}`;
  });
  return builder.build(js`writer.reserve(${room});
let buffer = writer.buffer, at = writer.length;
${joinCode(statements, js`\n`)}
buffer[at] = 125;
writer.length = at + 1;`);
}

function bytesMaxOf({ type }: JsonFieldWriting): number {
  switch (type?.kind) {
    case 'STRING':
      return TEXT_MAX + 2;
    case 'INTEGER':
    case 'BIGINT':
    case 'TIME':
    case 'DATE':
    case 'TIMESTAMP':
      return DIGITS_MAX;
    case 'DECIMAL':
      return DIGITS_MAX + SCALE_MAX;
    default:
      return 'false'.length;
  }
}

function emitField(
  { type, write }: JsonFieldWriting,
  index: number,
  room: number,
  builder: FunctionBuilder,
): Code {
  const call = js`writer.length = at;
${builder.constant(write)}(value, writer);
writer.reserve(${room});
buffer = writer.buffer;
at = writer.length;`;
  return js`{ const value = values[offset + ${index}];
if (value === null) { ${emitBytes(NULL_BYTES)} } else { ${emitValue(type, call, builder)} } }`;
}

function emitValue(type: SqlType | null, call: Code, builder: FunctionBuilder): Code {
  switch (type?.kind) {
    case 'STRING':
      return emitText(call);
    case 'BOOLEAN':
      return js`if (value) { ${emitBytes(Buffer.from('true'))} } else { ${emitBytes(Buffer.from('false'))} }`;
    case 'INTEGER':
    case 'BIGINT':
    case 'TIME':
    case 'DATE':
    case 'TIMESTAMP':
      // A BIGINT beyond the safe integers is a bigint.
      return js`if (typeof value === 'number') at = ${builder.constant(writeDigits)}(buffer, at, value);
else { ${call} }`;
    case 'DECIMAL':
      if (type.scale > SCALE_MAX) return call;
      return js`if (typeof value === 'number') at = ${builder.constant(writeDecimal)}(buffer, at, value, ${type.scale});
else { ${call} }`;
    default:
      return call;
  }
}

/** A short text of characters that are one byte each and need no escape. */
function emitText(call: Code): Code {
  return js`const { length } = value;
let next = -1;
write: {
  if (length > ${TEXT_MAX}) break write;
  next = at + 1;
  for (let i = 0; i < length; i++) {
    const code = value.charCodeAt(i);
    if (code < 32 || code > 126 || code === 34 || code === 92) { next = -1; break write; }
    buffer[next++] = code;
  }
}
if (next === -1) { ${call} } else { buffer[at] = 34; buffer[next] = 34; at = next + 1; }`;
}

/** Writes constant bytes; there is room for them. */
function emitBytes(bytes: Uint8Array): Code {
  const writes = Array.from(bytes, (byte, i) => js`buffer[at + ${i}] = ${byte};`);
  return js`${joinCode(writes, js` `)} at += ${bytes.length};`;
}

const POINT = 0x2e;
const MINUS = 0x2d;

/** Writes a DECIMAL, given as a safe unscaled integer, with all digits of its scale, at most 9. */
function writeDecimal(buffer: Uint8Array, at: number, unscaled: number, scale: number): number {
  if (scale === 0) return writeDigits(buffer, at, unscaled);
  if (unscaled < 0) {
    buffer[at++] = MINUS;
    unscaled = -unscaled;
  }
  const power = 10 ** scale;
  const fraction = unscaled % power;
  // A multiple of the power below 2^53, so the quotient is exact.
  const whole = (unscaled - fraction) / power;
  at = writeDigits(buffer, at, whole);
  buffer[at++] = POINT;
  return writePaddedDigits(buffer, at, fraction | 0, scale);
}
