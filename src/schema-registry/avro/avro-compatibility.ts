import { type Incompatibility, INCOMPATIBILITIES_MAX } from '../incompatibility.ts';
import {
  type AvroEnum,
  type AvroField,
  type AvroFixed,
  type AvroNamed,
  type AvroRecord,
  type AvroType,
  avroTypeName,
} from './avro-type.ts';

/** What a reader's type takes besides its own. */
const PROMOTED_FROM: Readonly<Record<string, readonly string[]>> = {
  long: ['int'],
  float: ['int', 'long'],
  double: ['int', 'long', 'float'],
  string: ['bytes'],
  bytes: ['string'],
};

/**
 * Why data written with one schema cannot be read with another, by Avro's rules of schema resolution; empty when it
 * can. Decimals must agree in scale too: their bytes would be read as other numbers.
 */
export function avroIncompatibilities(reader: AvroType, writer: AvroType): Incompatibility[] {
  const comparison = new Comparison();
  comparison.compare(reader, writer, '');
  return comparison.found.slice(0, INCOMPATIBILITIES_MAX);
}

class Comparison {
  readonly found: Incompatibility[] = [];
  /** Pairs of named types being compared or done: those of a recursive schema come up again. */
  readonly #seen: Map<AvroType, Map<AvroType, readonly Incompatibility[]>>;

  constructor(seen: Comparison['seen'] = new Map()) {
    this.#seen = seen;
  }

  get seen(): Map<AvroType, Map<AvroType, readonly Incompatibility[]>> {
    return this.#seen;
  }

  compare(reader: AvroType, writer: AvroType, path: string): void {
    if (writer.kind === 'union') return this.#fromUnion(reader, writer.branches, path);
    if (reader.kind === 'union') return this.#intoUnion(reader.branches, writer, path);
    if (reader.kind === 'record' && writer.kind === 'record') {
      return this.#record(reader, writer, path);
    }
    if (reader.kind === 'enum' && writer.kind === 'enum') return this.#enum(reader, writer, path);
    if (reader.kind === 'fixed' && writer.kind === 'fixed') {
      return this.#fixed(reader, writer, path);
    }
    if (reader.kind === 'array' && writer.kind === 'array') {
      return this.compare(reader.items, writer.items, `${path}/items`);
    }
    if (reader.kind === 'map' && writer.kind === 'map') {
      return this.compare(reader.values, writer.values, `${path}/values`);
    }
    const takes = PROMOTED_FROM[reader.kind]?.includes(writer.kind) ?? false;
    if (reader.kind !== writer.kind && !takes) {
      this.#add(
        'TYPE_MISMATCH',
        path,
        `${avroTypeName(writer)} cannot be read as ${avroTypeName(reader)}`,
      );
    } else if (reader.kind === writer.kind) this.#scale(reader, writer, path);
  }

  /** Each branch that may have been written must be readable. */
  #fromUnion(reader: AvroType, branches: readonly AvroType[], path: string): void {
    for (const branch of branches) {
      if (this.#reads(reader, branch)) continue;
      this.#add(
        'MISSING_UNION_BRANCH',
        path,
        `${avroTypeName(branch)}, which may have been written, cannot be read as ${avroTypeName(reader)}`,
      );
    }
  }

  #intoUnion(branches: readonly AvroType[], writer: AvroType, path: string): void {
    if (branches.some((branch) => this.#reads(branch, writer))) return;
    const names = branches.map(avroTypeName).join(', ');
    this.#add(
      'MISSING_UNION_BRANCH',
      path,
      `${avroTypeName(writer)} can be read as none of the union's ${names}`,
    );
  }

  /** A comparison apart, of which only the result counts. */
  #reads(reader: AvroType, writer: AvroType): boolean {
    const comparison = new Comparison(this.#seen);
    comparison.compare(reader, writer, '');
    return comparison.found.length === 0;
  }

  #record(reader: AvroRecord, writer: AvroRecord, path: string): void {
    const known = this.#seen.get(reader)?.get(writer);
    if (known !== undefined) {
      this.found.push(...known);
      return;
    }
    const pairs = this.#seen.get(reader) ?? new Map<AvroType, readonly Incompatibility[]>();
    this.#seen.set(reader, pairs.set(writer, []));
    const before = this.found.length;
    this.#name(reader, writer, path);
    const written = new Map(writer.fields.map((field) => [field.name, field]));
    for (const [index, field] of reader.fields.entries()) {
      this.#field(field, written, `${path}/fields/${index}`);
    }
    pairs.set(writer, this.found.slice(before));
  }

  #field(field: AvroField, writer: ReadonlyMap<string, AvroField>, path: string): void {
    const name = [field.name, ...field.aliases].find((known) => writer.has(known));
    const written = name === undefined ? undefined : writer.get(name);
    if (written !== undefined) this.compare(field.type, written.type, `${path}/type`);
    else if (!field.hasDefault) {
      this.#add(
        'READER_FIELD_MISSING_DEFAULT_VALUE',
        path,
        `the field ${field.name} is not written and has no default`,
      );
    }
  }

  #enum(reader: AvroEnum, writer: AvroEnum, path: string): void {
    this.#name(reader, writer, path);
    if (reader.default !== null) return;
    const known = new Set(reader.symbols);
    const missing = writer.symbols.filter((symbol) => !known.has(symbol));
    if (missing.length === 0) return;
    this.#add(
      'MISSING_ENUM_SYMBOLS',
      `${path}/symbols`,
      `the symbols ${missing.slice(0, SHOWN_MAX).join(', ')} may have been written but are unknown, and the enum has no default`,
    );
  }

  #fixed(reader: AvroFixed, writer: AvroFixed, path: string): void {
    this.#name(reader, writer, path);
    if (reader.size !== writer.size) {
      this.#add(
        'FIXED_SIZE_MISMATCH',
        `${path}/size`,
        `${writer.size} bytes are written, ${reader.size} expected`,
      );
    }
    this.#scale(reader, writer, path);
  }

  #scale(reader: AvroType, writer: AvroType, path: string): void {
    if (!('decimalScale' in reader) || !('decimalScale' in writer)) return;
    const { decimalScale: expected } = reader;
    const { decimalScale: found } = writer;
    if (expected === null || found === null || expected === found) return;
    this.#add(
      'DECIMAL_SCALE_MISMATCH',
      path,
      `decimals of scale ${found} are written, ${expected} expected`,
    );
  }

  /** Names agree without their namespaces, or by an alias of the reader. */
  #name(reader: AvroNamed, writer: AvroNamed, path: string): void {
    const agree =
      simpleName(reader.name) === simpleName(writer.name) || reader.aliases.includes(writer.name);
    if (agree) return;
    this.#add(
      'NAME_MISMATCH',
      `${path}/name`,
      `${writer.name} is written, ${reader.name} expected`,
    );
  }

  #add(kind: string, path: string, message: string): void {
    this.found.push({ kind, path: path === '' ? '/' : path, message });
  }
}

/** Names in a message. */
const SHOWN_MAX = 20;

function simpleName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}
