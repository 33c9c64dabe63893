import avsc from 'avsc';
import protobuf from 'protobufjs';
import { ByteWriter } from '../../../src/base/byte-writer.ts';
import type { Format, FormatSpec } from '../../../src/formats/format.ts';
import { findFormat } from '../../../src/formats/index.ts';
import type { Column } from '../../../src/sql/schema.ts';
import { BIGINT, STRING, type Row } from '../../../src/sql/types.ts';

/** How many rows a second a format writes and reads, beside the library used directly. */
export interface FormatReport {
  readonly format: string;
  readonly library: string;
  readonly encode: Rates;
  readonly decode: Rates;
  /** Of every other column only. */
  readonly decodeHalf: Rates;
  /** Bytes of all payloads, header included. */
  readonly bytesPerRow: number;
}

/** Rows per second of the processor's time, the best round of each. */
export interface Rates {
  readonly millrace: number;
  readonly library: number;
}

const ROWS = 100_000;
const ROUNDS = 8;
const SCHEMA_ID = 1;
const COLUMNS: readonly Column[] = [
  { name: 'USER_ID', type: STRING },
  { name: 'PAGE', type: STRING },
  { name: 'MS', type: BIGINT },
  { name: 'TS', type: BIGINT },
];

/** What a library does with an object that has a field for each column. */
interface Library {
  readonly name: string;
  encode(object: Readonly<Record<string, unknown>>): unknown;
  decode(bytes: Buffer): unknown;
}

/** Measures every format that a library beside ours exists for. */
export function measureFormats(): FormatReport[] {
  return [
    measureFormat('JSON', () => jsonLibrary()),
    measureFormat('JSON_SR', () => jsonLibrary()),
    measureFormat('AVRO', avroLibrary),
    measureFormat('PROTOBUF', protobufLibrary),
  ];
}

function measureFormat(name: string, libraryOf: (schema: string) => Library): FormatReport {
  const format = findFormat(name);
  const schema = format.schemas?.derive(COLUMNS, { name }) ?? '';
  const spec: FormatSpec =
    format.schemas === null
      ? { name }
      : {
          name,
          writer: { id: SCHEMA_ID, type: format.schemas.type, text: schema, dependencies: [] },
        };
  const library = libraryOf(schema);
  const rows = Array.from({ length: ROWS }, (_, i): Row => [
    `u${(i * 7919) % 10_000}`,
    `/p/${(i * 104_729) % 500}`,
    (i * 31) % 1000,
    1_700_000_000_000 + i,
  ]);
  const objects = rows.map((row) => {
    return Object.fromEntries(COLUMNS.map((column, i) => [column.name, row[i]]));
  });
  const payloads = rows.map((row) => payloadOf(format, spec, row));
  const headerBytes = format.schemas === null ? 0 : name === 'PROTOBUF' ? 6 : 5;
  const bodies = payloads.map((payload) => payload.subarray(headerBytes));
  const decodeLibrary = best((i) => library.decode(bodies[i]!));
  return {
    format: name,
    library: library.name,
    encode: {
      millrace: measureEncoder(format, spec, rows),
      library: best((i) => library.encode(objects[i]!)),
    },
    decode: {
      millrace: measureDecoder(format, spec, payloads, () => true),
      library: decodeLibrary,
    },
    decodeHalf: {
      millrace: measureDecoder(format, spec, payloads, (index) => index % 2 === 0),
      library: decodeLibrary,
    },
    bytesPerRow: payloads.reduce((sum, { length }) => sum + length, 0) / ROWS,
  };
}

function payloadOf(format: Format, spec: FormatSpec, row: Row): Buffer {
  const writer = new ByteWriter();
  format.createEncoder({ columns: COLUMNS, spec })(row, 0, writer);
  return writer.copy();
}

function measureEncoder(format: Format, spec: FormatSpec, rows: readonly Row[]): number {
  const encode = format.createEncoder({ columns: COLUMNS, spec });
  const writer = new ByteWriter(1 << 20);
  return best((i) => {
    if (writer.length > 1_000_000) writer.reset();
    encode(rows[i]!, 0, writer);
  });
}

/** One payload behind the other, as in a batch of the log; libraries get each as a buffer of its own. */
function measureDecoder(
  format: Format,
  spec: FormatSpec,
  payloads: readonly Buffer[],
  isNeeded: (index: number) => boolean,
): number {
  const { writer } = spec;
  const schemas = { find: () => writer ?? null };
  const needed = COLUMNS.map((_, index) => isNeeded(index));
  const decode = format.createDecoder({ columns: COLUMNS, spec, needed, schemas });
  const row: Row = COLUMNS.map(() => null);
  const batch = Buffer.concat(payloads);
  const starts = [0];
  for (const { length } of payloads) starts.push(starts.at(-1)! + length);
  return best((i) => decode(batch, starts[i]!, starts[i + 1]!, row, 0));
}

/** Rows per second of the processor's time in the best round; the first ones warm up. */
function best(run: (index: number) => unknown): number {
  let rate = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.cpuUsage();
    for (let i = 0; i < ROWS; i++) run(i);
    const { user, system } = process.cpuUsage(start);
    rate = Math.max(rate, (ROWS / (user + system)) * 1e6);
  }
  return rate;
}

function jsonLibrary(): Library {
  return {
    name: 'JSON.stringify, JSON.parse',
    encode: (object) => Buffer.from(JSON.stringify(object)),
    decode: (bytes) => JSON.parse(bytes.toString()) as unknown,
  };
}

function avroLibrary(schema: string): Library {
  const type = avsc.Type.forSchema(JSON.parse(schema) as avsc.Schema, { wrapUnions: false });
  return {
    name: 'avsc',
    encode: (object) => type.toBuffer(object),
    decode: (bytes) => type.fromBuffer(bytes) as unknown,
  };
}

function protobufLibrary(schema: string): Library {
  const { root } = protobuf.parse(schema, new protobuf.Root(), { keepCase: true });
  const message = root.lookupType('ConnectDefault1');
  return {
    name: 'protobufjs',
    encode: (object) => message.encode(object).finish(),
    decode: (bytes) => message.decode(bytes),
  };
}
