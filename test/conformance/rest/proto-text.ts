/**
 * Reads rows that were sent as protobuf: the bytes, by the schema text of the header, as protobuf's text form. Written
 * apart from the engine, so that the two check each other.
 */
interface Message {
  readonly fields: ReadonlyMap<number, Field>;
}

interface Field {
  readonly name: string;
  readonly type: string;
  readonly isRepeated: boolean;
}

const SCALARS = new Set(['int32', 'int64', 'double', 'bool', 'string', 'bytes']);

/**
 * The messages of a schema by name, the first one being that of a row.
 * @throws SyntaxError for text that is no such schema.
 */
export function parseProtoSchema(text: string): {
  root: Message;
  messages: ReadonlyMap<string, Message>;
} {
  const lines = text.split('\n').map((line) => line.trim());
  if (lines.shift() !== 'syntax = "proto3";') throw new SyntaxError('the schema is not proto3');
  const messages = new Map<string, Message>();
  const open: Map<number, Field>[] = [];
  let root: Message | null = null;
  for (const line of lines) {
    const message = /^message (\w+) \{$/.exec(line);
    const field = /^(repeated )?([\w.]+) (\w+) = (\d+);$/.exec(line);
    if (message !== null) {
      const fields = new Map<number, Field>();
      messages.set(message[1]!, { fields });
      root ??= { fields };
      open.push(fields);
    } else if (field !== null && open.length > 0) {
      const [, repeated, type, name, number] = field;
      const isRepeated = repeated !== undefined;
      open.at(-1)!.set(Number(number), { name: name!, type: type!, isRepeated });
    } else if (line === '}') open.pop();
    else if (line !== '') throw new SyntaxError(`the schema has the line ${line}`);
  }
  if (root === null || open.length > 0) throw new SyntaxError('the schema is not complete');
  return { root, messages };
}

/** The text form of one row. */
export function protoText(bytes: Buffer, schemaText: string): string {
  const { root, messages } = parseProtoSchema(schemaText);
  return new Printer(messages).print(bytes, root, '');
}

class Printer {
  readonly #messages: ReadonlyMap<string, Message>;

  constructor(messages: ReadonlyMap<string, Message>) {
    this.#messages = messages;
  }

  print(bytes: Buffer, { fields }: Message, indent: string): string {
    const texts = new Map<number, string[]>();
    const reader = new WireReader(bytes);
    while (!reader.atEnd) {
      const { number, wireType } = reader.tag();
      const field = fields.get(number);
      if (field === undefined) throw new SyntaxError(`a row has the unknown field ${number}`);
      const list = texts.get(number) ?? [];
      texts.set(number, list);
      if (field.isRepeated && wireType === 2 && isPackable(field.type)) {
        const packed = new WireReader(reader.bytes());
        while (!packed.atEnd) list.push(this.#field(field, packed, indent));
      } else {
        const text = this.#field(field, reader, indent);
        // Nothing tells a default value from an absent one.
        if (!field.isRepeated && isDefault(text, field)) continue;
        list.push(text);
      }
    }
    return [...texts]
      .sort(([a], [b]) => a - b)
      .flatMap(([, list]) => list)
      .join('');
  }

  #field({ name, type }: Field, reader: WireReader, indent: string): string {
    if (SCALARS.has(type)) return `${indent}${name}: ${scalar(type, reader)}\n`;
    const message = this.#messages.get(type);
    if (message === undefined) throw new SyntaxError(`the schema has no message ${type}`);
    const inner = this.print(reader.bytes(), message, `${indent}  `);
    return `${indent}${name} {\n${inner}${indent}}\n`;
  }
}

function isDefault(text: string, { name, type }: Field): boolean {
  return SCALARS.has(type) && /^(?:0|0\.0|false|"")$/.test(text.trim().slice(name.length + 2));
}

function isPackable(type: string): boolean {
  return SCALARS.has(type) && type !== 'string' && type !== 'bytes';
}

function scalar(type: string, reader: WireReader): string {
  switch (type) {
    case 'int32':
    case 'int64':
      return String(BigInt.asIntN(64, reader.varint()));
    case 'bool':
      return String(reader.varint() !== 0n);
    case 'double': {
      const value = reader.double();
      return Number.isInteger(value) ? `${value}.0` : String(value);
    }
    default:
      return `"${escape(reader.bytes())}"`;
  }
}

const ESCAPES: Readonly<Record<number, string>> = {
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
  34: '\\"',
  39: "\\'",
  92: '\\\\',
};

function escape(bytes: Buffer): string {
  return [...bytes]
    .map((byte) => {
      if (ESCAPES[byte] !== undefined) return ESCAPES[byte];
      if (byte >= 0x20 && byte < 0x7f) return String.fromCharCode(byte);
      return `\\${byte.toString(8).padStart(3, '0')}`;
    })
    .join('');
}

class WireReader {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  get atEnd(): boolean {
    return this.#at >= this.#buffer.length;
  }

  tag(): { number: number; wireType: number } {
    const tag = Number(this.varint());
    return { number: tag >>> 3, wireType: tag & 7 };
  }

  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.#buffer.readUInt8(this.#at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  double(): number {
    this.#at += 8;
    return this.#buffer.readDoubleLE(this.#at - 8);
  }

  bytes(): Buffer {
    const length = Number(this.varint());
    const start = this.#at;
    this.#at += length;
    if (this.#at > this.#buffer.length) throw new SyntaxError('a row ends within a field');
    return this.#buffer.subarray(start, this.#at);
  }
}
