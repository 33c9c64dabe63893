// Hot path: once per record.
import { DatabaseError } from '../base/errors.ts';
import type { Column } from '../sql/schema.ts';
import { formatType, type SqlType, type StructType, type Value } from '../sql/types.ts';
import { AvroInput } from './avro-input.ts';
import {
  parseAvroSchema,
  type AvroLogical,
  type AvroRecord,
  type AvroType,
} from './avro-schema.ts';
import { AvroSkips, readBranch } from './avro-skip.ts';
import { DeserializationError, type Decoder, type DecoderOptions } from './format.ts';
import { matchFields } from './match-fields.ts';
import type { ResolvedSchema } from './registered-schema.ts';
import { unscaledOf } from './decimal-bytes.ts';
import { conversionOf, type WireScalar } from './wire-convert.ts';

type ReadAvro = (input: AvroInput) => Value;

/**
 * The decoder of payloads written with an Avro schema, without their header. Fields are found by name; those nobody
 * needs are gone over.
 * @throws DeserializationError when the schema cannot be read.
 */
export function compileAvroReader(
  schema: ResolvedSchema,
  { columns, spec, needed }: DecoderOptions,
): Decoder {
  const root = parse(schema);
  const compiler = new AvroReaderCompiler();
  const input = new AvroInput();
  const [single] = columns;
  if (spec.unwrapped === true && columns.length === 1 && single !== undefined) {
    const read = compiler.read(root, single.type, single.name);
    const isNeeded = needed[0] === true;
    return (bytes, start, end, row, rowOffset) => {
      input.reset(bytes, start, end);
      const value = read(input);
      checkEnd(input);
      row[rowOffset] = isNeeded ? value : null;
      return value !== null;
    };
  }
  const readRow = compiler.row(root, columns, needed);
  return (bytes, start, end, row, rowOffset) => {
    input.reset(bytes, start, end);
    const present = readRow(input, row, rowOffset);
    checkEnd(input);
    return present;
  };
}

function parse(schema: ResolvedSchema): AvroType {
  try {
    return parseAvroSchema(schema);
  } catch (error) {
    if (error instanceof DatabaseError) throw new DeserializationError(error.message);
    throw error;
  }
}

function checkEnd({ at, end }: AvroInput): void {
  if (at === end) return;
  throw new DeserializationError(`${end - at} bytes are left behind the payload's end`);
}

type ReadRow = (input: AvroInput, row: Value[], rowOffset: number) => boolean;

class AvroReaderCompiler {
  readonly #skips = new AvroSkips();
  readonly #records = new Map<AvroRecord, Map<SqlType, ReadAvro>>();

  row(root: AvroType, columns: readonly Column[], needed: readonly boolean[]): ReadRow {
    if (root.kind === 'union') {
      const branches = root.branches.map((branch) => this.row(branch, columns, needed));
      return (input, row, rowOffset) =>
        branches[readBranch(input, branches.length)]!(input, row, rowOffset);
    }
    if (root.kind === 'null') return () => false;
    if (root.kind !== 'record') {
      const message = `The schema of the payload is ${nameOf(root)}, expected a record with the columns ${columns.map(({ name }) => name).join(', ')}`;
      return () => {
        throw new DeserializationError(message);
      };
    }
    const readFields = this.#fields(root, columns, needed, '');
    const count = columns.length;
    return (input, row, rowOffset) => {
      for (let i = 0; i < count; i++) row[rowOffset + i] = null;
      readFields(input, row, rowOffset);
      return true;
    };
  }

  #fields(
    record: AvroRecord,
    targets: readonly { readonly name: string; readonly type: SqlType }[],
    needed: readonly boolean[] | null,
    path: string,
  ): (input: AvroInput, out: Value[], offset: number) => void {
    const slots = matchFields(record.fields, targets);
    const readers: ReadAvro[] = [];
    const indexes: number[] = [];
    record.fields.forEach(({ name, type }, i) => {
      const target = slots[i]!;
      const to = targets[target];
      const isRead = to !== undefined && (needed === null || needed[target] === true);
      indexes.push(isRead ? target : -1);
      readers.push(
        isRead
          ? this.read(type, to.type, path === '' ? name : `${path}.${name}`)
          : this.#null(type),
      );
    });
    return (input, out, offset) => {
      for (let i = 0; i < readers.length; i++) {
        const value = readers[i]!(input);
        const index = indexes[i]!;
        if (index >= 0) out[offset + index] = value;
      }
    };
  }

  /** Goes over a value and gives null for it. */
  #null(type: AvroType): ReadAvro {
    const skip = this.#skips.of(type);
    return (input) => {
      skip(input);
      return null;
    };
  }

  read(type: AvroType, to: SqlType, path: string): ReadAvro {
    switch (type.kind) {
      case 'null':
        return () => null;
      case 'union':
        return this.#union(type.branches, to, path);
      case 'array':
        if (type.isMap && type.items.kind === 'record' && to.kind === 'MAP') {
          const [key, value] = type.items.fields;
          const readKey = this.read(key!.type, to.key, path);
          return mapReader(readKey, this.read(value!.type, to.value, path));
        }
        if (to.kind === 'ARRAY' && !type.isMap) {
          return arrayReader(this.read(type.items, to.element, path));
        }
        return this.#misfit(type, to, path);
      case 'map':
        if (to.kind !== 'MAP' || to.key.kind !== 'STRING') return this.#misfit(type, to, path);
        return mapReader((input) => input.readText(), this.read(type.values, to.value, path));
      case 'record':
        return this.#record(type, to, path);
      default:
        return this.#scalar(type, to, path);
    }
  }

  /** Unions may lead to the same record on very many ways. */
  #record(type: AvroRecord, to: SqlType, path: string): ReadAvro {
    if (to.kind !== 'STRUCT') return this.#misfit(type, to, path);
    const made = this.#records.get(type) ?? new Map<SqlType, ReadAvro>();
    this.#records.set(type, made);
    let read = made.get(to);
    if (read === undefined) {
      read = this.#struct(type, to, path);
      made.set(to, read);
    }
    return read;
  }

  #struct(type: AvroRecord, to: StructType, path: string): ReadAvro {
    const readFields = this.#fields(type, to.fields, null, path);
    const template: Value[] = to.fields.map(() => null);
    return (input) => {
      const out = template.slice();
      readFields(input, out, 0);
      return out;
    };
  }

  #union(branches: readonly AvroType[], to: SqlType, path: string): ReadAvro {
    const readers = branches.map((branch) => this.read(branch, to, path));
    const [first, second] = branches;
    // Nearly all unions are one of these two, and their branch is one byte.
    if (branches.length === 2 && (first?.kind === 'null') !== (second?.kind === 'null')) {
      const nullBranch = first?.kind === 'null' ? 0 : 1;
      const read = readers[1 - nullBranch]!;
      return (input) => (readBranch(input, 2) === nullBranch ? null : read(input));
    }
    return (input) => readers[readBranch(input, readers.length)]!(input);
  }

  #scalar(type: AvroType, to: SqlType, path: string): ReadAvro {
    const scalar = scalarOf(type);
    const convert = scalar === null ? null : conversionOf(scalar, to);
    if (scalar === null || convert === null) return this.#misfit(type, to, path);
    const read = rawReader(type);
    if (scalar.kind === to.kind && PLAIN.has(to.kind)) {
      return read;
    }
    return (input) => convert(read(input)!);
  }

  /** For values that the column cannot take. A null is still a null. */
  #misfit(type: AvroType, to: SqlType, path: string): ReadAvro {
    const message = `Cannot read ${formatType(to)} at ${path}: the payload has ${nameOf(type)}`;
    return () => {
      throw new DeserializationError(message);
    };
  }
}

/** Kinds whose values need no look when they come from the same kind. */
const PLAIN: ReadonlySet<string> = new Set([
  'BOOLEAN',
  'INTEGER',
  'BIGINT',
  'DOUBLE',
  'STRING',
  'BYTES',
  'DATE',
]);

function arrayReader(readItem: ReadAvro): ReadAvro {
  return (input) => {
    const out: Value[] = [];
    for (let count = input.readBlock(); count > 0; count = input.readBlock()) {
      for (let i = 0; i < count; i++) out.push(readItem(input));
    }
    return out;
  };
}

function mapReader(readKey: ReadAvro, readValue: ReadAvro): ReadAvro {
  return (input) => {
    const out = new Map<Value, Value>();
    for (let count = input.readBlock(); count > 0; count = input.readBlock()) {
      for (let i = 0; i < count; i++) {
        const key = readKey(input);
        out.set(key, readValue(input));
      }
    }
    return out;
  };
}

/** What a type is for the rules of conversion; null for those that are no scalar. */
function scalarOf(type: AvroType): WireScalar | null {
  switch (type.kind) {
    case 'boolean':
      return { kind: 'BOOLEAN' };
    case 'int':
      return type.logical ?? { kind: 'INTEGER' };
    case 'long':
      return type.logical ?? { kind: 'BIGINT' };
    case 'float':
      return { kind: 'FLOAT' };
    case 'double':
      return { kind: 'DOUBLE' };
    case 'string':
    case 'enum':
      return { kind: 'STRING' };
    case 'bytes':
    case 'fixed':
      return type.logical ?? { kind: 'BYTES' };
    default:
      return null;
  }
}

function rawReader(type: AvroType): ReadAvro {
  switch (type.kind) {
    case 'boolean':
      return (input) => input.readBoolean();
    case 'int':
      return (input) => input.readInt();
    case 'long':
      return (input) => input.readLong();
    case 'float':
      return (input) => input.readFloat();
    case 'double':
      return (input) => input.readDouble();
    case 'string':
      return (input) => input.readText();
    case 'enum': {
      const { symbols } = type;
      return (input) => symbols[readBranch(input, symbols.length)]!;
    }
    case 'bytes':
      return bytesReader(type.logical, (input) => input.readBytes());
    case 'fixed': {
      const { size } = type;
      return bytesReader(type.logical, (input) => input.readFixed(size));
    }
    default:
      throw new TypeError(`${type.kind} is no scalar`);
  }
}

function bytesReader(
  logical: AvroLogical | null,
  read: (input: AvroInput) => Uint8Array,
): ReadAvro {
  return logical === null ? read : (input) => unscaledOf(read(input));
}

function nameOf(type: AvroType): string {
  const logical = 'logical' in type ? type.logical : null;
  return logical === null ? type.kind : `${type.kind} (${logical.kind})`;
}
