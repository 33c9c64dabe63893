import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { DeserializationError, type Decoder } from '../../src/formats/format.ts';
import { createJsonDecoder, LEARN_AFTER } from '../../src/formats/json-decoder.ts';
import { fitsPrecision, parseDecimalText, rescale } from '../../src/sql/decimal.ts';
import type { Column } from '../../src/sql/schema.ts';
import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  INTEGER,
  STRING,
  type Row,
  type SqlType,
  type Value,
} from '../../src/sql/types.ts';
import { integer, wrapBigint } from '../../src/sql/value.ts';

const COLUMNS: readonly Column[] = [
  { name: 'ID', type: BIGINT },
  { name: 'N', type: INTEGER },
  { name: 'D', type: DOUBLE },
  { name: 'PRICE', type: { kind: 'DECIMAL', precision: 9, scale: 3 } },
  { name: 'S', type: STRING },
  { name: 's', type: STRING },
  { name: 'OK', type: BOOLEAN },
  { name: 'LIST', type: { kind: 'ARRAY', element: BIGINT } },
  { name: 'TOWN', type: STRING },
];

/** `FUZZ=full` takes some minutes; every change of the decoder should see it once. */
const IS_FULL = process.env['FUZZ'] === 'full';
const RECORDS = IS_FULL ? 200_000 : 2500;
const MUTANTS = IS_FULL ? 50_000 : 2500;
const TIMEOUT_MS = IS_FULL ? 3_600_000 : 60_000;

interface Field {
  /** JSON texts. */
  readonly name: string;
  readonly value: string;
  /** In the next record, which is laid out the same. */
  readonly nextValue: string;
}

// --- random records -----------------------------------------------------------------------------------------------

const blank = fc.constantFrom('', '', '', '', ' ', '\n', '\t', '\r', '  ');

const digits = (max: number) => fc.stringMatching(new RegExp(`^[0-9]{1,${max}}$`));

const numberText = fc
  .tuple(
    fc.constantFrom('', '', '-'),
    fc.oneof(fc.constant('0'), fc.stringMatching(/^[1-9][0-9]{0,21}$/), fc.nat().map(String)),
    fc.oneof(
      fc.constant(''),
      fc.constant(''),
      digits(5).map((text) => `.${text}`),
      digits(20).map((text) => `.${text}00`),
    ),
    fc.oneof(
      { weight: 5, arbitrary: fc.constant('') },
      {
        weight: 1,
        arbitrary: fc.tuple(fc.constantFrom('e', 'E+', 'e-'), digits(2)).map((x) => x.join('')),
      },
    ),
  )
  .map((parts) => parts.join(''));

const anyText = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 5 }),
);

const textText = fc.oneof(
  anyText.map((text) => JSON.stringify(text)),
  anyText.map(escapeAll),
  numberText.map((text) => `"${text}"`),
);

const nestedText = fc
  .jsonValue({ maxDepth: 3 })
  .chain((value) => fc.constantFrom(JSON.stringify(value), JSON.stringify(value, null, 1)));

const valueText = fc.oneof(
  { weight: 4, arbitrary: numberText },
  { weight: 3, arbitrary: textText },
  { weight: 1, arbitrary: fc.constantFrom('true', 'false', 'null', 'null') },
  { weight: 1, arbitrary: nestedText },
);

/** A value that mostly suits the column, so that whole records are accepted often enough. */
function suitableText(type: SqlType): fc.Arbitrary<string> {
  switch (type.kind) {
    case 'STRING':
      return fc.oneof(textText, valueText);
    case 'BOOLEAN':
      return fc.constantFrom('true', 'false', 'null');
    case 'ARRAY':
      return fc.array(numberText, { maxLength: 4 }).map((list) => `[${list.join(' , ')}]`);
    case 'DECIMAL':
      return fc.oneof(
        fc.integer({ min: -999_999_999, max: 999_999_999 }).map((n) => String(n / 1000)),
        numberText,
      );
    default:
      return numberText;
  }
}

const field: fc.Arbitrary<Field> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.constantFrom(...COLUMNS).chain((column) =>
      fc.record({
        name: fc
          .constantFrom(column.name, column.name.toLowerCase(), mixCase(column.name))
          .chain((name) =>
            fc.constantFrom(JSON.stringify(name), JSON.stringify(name), escapeAll(name)),
          ),
        value: fc.oneof({ weight: 20, arbitrary: suitableText(column.type) }, valueText),
        nextValue: fc.oneof({ weight: 20, arbitrary: suitableText(column.type) }, valueText),
      }),
    ),
  },
  { weight: 3, arbitrary: fc.record({ name: textText, value: valueText, nextValue: valueText }) },
);

const record = fc.record({
  fields: fc.array(field, { maxLength: 9 }),
  blanks: fc.array(blank, { minLength: 40, maxLength: 40 }),
});

const neededColumns = fc.array(fc.boolean(), {
  minLength: COLUMNS.length,
  maxLength: COLUMNS.length,
});

function escapeAll(text: string): string {
  const units = Array.from(
    { length: text.length },
    (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`,
  );
  return `"${units.join('')}"`;
}

function mixCase(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1).toUpperCase();
}

function printRecord({ fields, blanks }: { fields: readonly Field[]; blanks: string[] }): string {
  let next = 0;
  const gap = () => blanks[next++ % blanks.length]!;
  const members = fields.map(
    ({ name, value }) => `${gap()}${name}${gap()}:${gap()}${value}${gap()}`,
  );
  return `${gap()}{${members.join(',')}${fields.length === 0 ? gap() : ''}}${gap()}`;
}

// --- the naive decoder --------------------------------------------------------------------------------------------

class SourceNumber {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

function parseKeepingNumbers(text: string): unknown {
  return JSON.parse(text, (_key: string, value: unknown, ...rest: { source: string }[]) =>
    typeof value === 'number' ? new SourceNumber(rest[0]!.source) : value,
  );
}

function naiveDecode(fields: readonly Field[], needed: readonly boolean[]): Row {
  const parsed = fields.map(({ name, value }) => ({
    name: JSON.parse(name) as string,
    value: parseKeepingNumbers(value),
  }));
  return COLUMNS.map(({ name, type }, i) => {
    if (!needed[i]) return null;
    const found =
      parsed.findLast((field) => field.name === name) ??
      parsed.findLast((field) => field.name.toUpperCase() === name);
    return naiveCoerce(found?.value ?? null, type);
  });
}

function naiveCoerce(value: unknown, type: SqlType): Value {
  if (value === null) return null;
  const number = value instanceof SourceNumber ? value.source : null;
  const text = typeof value === 'string' ? value : null;
  switch (type.kind) {
    case 'BOOLEAN':
      if (typeof value !== 'boolean') throw new DeserializationError('boolean');
      return value;
    case 'INTEGER':
    case 'BIGINT': {
      const integerText = text !== null && /^[+-]?\d+$/.test(text.trim()) ? text.trim() : null;
      const { unscaled, scale } = exact(number ?? integerText);
      const whole = unscaled / 10n ** BigInt(scale);
      return type.kind === 'BIGINT' ? wrapBigint(whole) : Number(BigInt.asIntN(32, whole));
    }
    case 'DOUBLE': {
      const trimmed = (number ?? text ?? 'none').trim();
      if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed)) {
        throw new DeserializationError('double');
      }
      return Number(trimmed);
    }
    case 'DECIMAL': {
      const { unscaled, scale } = exact(number ?? text?.trim() ?? null);
      try {
        const scaled = rescale(integer(unscaled), scale, type.scale, 'EXACT');
        if (fitsPrecision(scaled, type.precision)) return scaled;
      } catch {
        // Too many digits after the point.
      }
      throw new DeserializationError('decimal');
    }
    case 'STRING':
      return naiveText(value);
    case 'ARRAY':
      if (!Array.isArray(value)) throw new DeserializationError('array');
      return value.map((element) => naiveCoerce(element, type.element));
    default:
      throw new Error(`the naive decoder has no ${type.kind}`);
  }
}

function exact(text: string | null): { unscaled: bigint; scale: number } {
  const parsed = text === null ? null : parseDecimalText(text);
  if (parsed === null) throw new DeserializationError('number');
  return parsed;
}

function naiveText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return `[${value.map(naiveText).join(', ')}]`;
  return naiveJson(value);
}

function naiveJson(value: unknown): string {
  if (value instanceof SourceNumber) return value.source;
  if (Array.isArray(value)) return `[${value.map(naiveJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}:${naiveJson(member)}`,
  );
  return `{${members.join(',')}}`;
}

// --- comparisons --------------------------------------------------------------------------------------------------

/** 'refused' for a DeserializationError; anything else that is thrown fails the test. */
function outcome(run: () => Row): Row | 'refused' {
  try {
    return run();
  } catch (error) {
    if (error instanceof DeserializationError) return 'refused';
    throw error;
  }
}

function createDecoder(needed: readonly boolean[]): Decoder {
  return createJsonDecoder({ columns: COLUMNS, spec: { name: 'JSON' }, needed });
}

/** So often that the decoder knows how the record is laid out; the result must be the same from first to last. */
function decodeOften(decoder: Decoder, bytes: Buffer): Row {
  const first: Row = [];
  const result = decoder(bytes, 0, bytes.length, first, 0);
  for (let i = 0; i < LEARN_AFTER; i++) decoder(bytes, 0, bytes.length, [], 0);
  const last: Row = [];
  expect(decoder(bytes, 0, bytes.length, last, 0)).toBe(result);
  expect(last).toEqual(first);
  return last;
}

/** Between other bytes, as in a batch: what lies behind the record must not be taken for a part of it. */
function decodeWithin(decoder: Decoder, bytes: Buffer): Row {
  const batch = Buffer.concat([Buffer.from('1"}'), bytes, Buffer.from('0"}')]);
  const row: Row = [];
  decoder(batch, 3, 3 + bytes.length, row, 0);
  return row;
}

test('decodes random records as the naive decoder does', { timeout: TIMEOUT_MS }, () => {
  let accepted = 0;
  fc.assert(
    fc.property(record, neededColumns, fc.nat(20), (record, needed, left) => {
      const decoder = createDecoder(needed);
      const bytes = Buffer.from(printRecord(record));
      const expected = outcome(() => naiveDecode(record.fields, needed));
      expect(outcome(() => decodeOften(decoder, bytes))).toEqual(expected);
      if (expected !== 'refused') accepted++;

      // A record like it, often with one field less.
      const fields = record.fields
        .map(({ name, nextValue }) => ({ name, value: nextValue, nextValue }))
        .filter((_, index) => index !== left);
      const nextBytes = Buffer.from(printRecord({ fields, blanks: record.blanks }));
      const nextExpected = outcome(() => naiveDecode(fields, needed));
      expect(outcome(() => decodeWithin(decoder, nextBytes))).toEqual(nextExpected);
    }),
    { numRuns: RECORDS },
  );
  expect(accepted).toBeGreaterThan(0.3 * RECORDS);
});

test('refuses mutated bytes exactly when JSON.parse does', { timeout: TIMEOUT_MS }, () => {
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const columns = COLUMNS.map((column) => ({
    name: column.name,
    type: column.type.kind === 'DOUBLE' ? DOUBLE : STRING,
  }));
  const spec = { name: 'JSON' };
  let refused = 0;
  const mutation = fc.record({
    place: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    kind: fc.constantFrom('replace', 'insert', 'delete', 'cut'),
    byte: fc.oneof(
      fc.constantFrom(...Buffer.from('{}[]",:\\ue0129-+. \n\u0001tfnul')),
      fc.integer({ min: 0, max: 255 }),
    ),
  });
  fc.assert(
    fc.property(record, neededColumns, mutation, (record, needed, { place, kind, byte }) => {
      const valid = Buffer.from(printRecord(record));
      const at = Math.floor(place * valid.length);
      const mutated = Buffer.concat([
        valid.subarray(0, at),
        Buffer.from(kind === 'replace' || kind === 'insert' ? [byte] : []),
        valid.subarray(kind === 'insert' ? at : kind === 'cut' ? valid.length : at + 1),
      ]);
      const decoder = createJsonDecoder({ columns, spec, needed });
      // The decoder knows how the record that was mutated is laid out.
      outcome(() => decodeOften(decoder, valid));
      const actual = outcome(() => decodeWithin(decoder, mutated));

      let parsed: unknown;
      try {
        parsed = JSON.parse(strict.decode(mutated));
      } catch {
        refused++;
        expect(actual).toBe('refused');
        const typed = createDecoder(needed);
        outcome(() => decodeOften(typed, valid));
        expect(outcome(() => decodeWithin(typed, mutated))).toBe('refused');
        return;
      }
      if (typeof parsed !== 'object' || Array.isArray(parsed)) expect(actual).toBe('refused');
      else if (allDoublesAreNumbers(parsed)) expect(actual).not.toBe('refused');
    }),
    { numRuns: MUTANTS },
  );
  expect(refused).toBeGreaterThan(0.3 * MUTANTS);
});

function allDoublesAreNumbers(record: object | null): boolean {
  return Object.entries(record ?? {}).every(
    ([name, value]) => name.toUpperCase() !== 'D' || value === null || typeof value === 'number',
  );
}
