// Hot path: once per record.
import type { AvroInput } from './avro-input.ts';
import type { AvroType } from './avro-schema.ts';
import { DeserializationError } from './format.ts';

export type SkipAvro = (input: AvroInput) => void;

/** Makes functions that go over a value without reading it; one for each type, which may contain itself. */
export class AvroSkips {
  readonly #made = new Map<AvroType, SkipAvro>();

  of(type: AvroType): SkipAvro {
    const made = this.#made.get(type);
    if (made !== undefined) return made;
    // A record that contains itself finds this one, which by then calls the real one.
    let skip: SkipAvro | null = null;
    this.#made.set(type, (input) => skip!(input));
    skip = this.#make(type);
    this.#made.set(type, skip);
    return skip;
  }

  #make(type: AvroType): SkipAvro {
    switch (type.kind) {
      case 'null':
        return () => {};
      case 'boolean':
        return (input) => void input.skip(1);
      case 'int':
      case 'long':
      case 'enum':
        return (input) => void input.readLong();
      case 'float':
        return (input) => void input.skip(4);
      case 'double':
        return (input) => void input.skip(8);
      case 'bytes':
      case 'string':
        return (input) => void input.skip(input.readLength());
      case 'fixed':
        return (input) => void input.skip(type.size);
      case 'array':
        return skipBlocks(this.of(type.items));
      case 'map': {
        const skipValue = this.of(type.values);
        return skipBlocks((input) => {
          input.skip(input.readLength());
          skipValue(input);
        });
      }
      case 'record': {
        const skips = type.fields.map((field) => this.of(field.type));
        return (input) => {
          input.enter();
          for (const skip of skips) skip(input);
          input.leave();
        };
      }
      case 'union': {
        const skips = type.branches.map((branch) => this.of(branch));
        return (input) => skips[readBranch(input, skips.length)]!(input);
      }
    }
  }
}

function skipBlocks(skipItem: SkipAvro): SkipAvro {
  return (input) => {
    for (let count = input.readBlock(); count > 0; count = input.readBlock()) {
      for (let i = 0; i < count; i++) skipItem(input);
    }
  };
}

/** Which branch of a union follows. */
export function readBranch(input: AvroInput, count: number): number {
  const index = input.readLong();
  if (typeof index === 'number' && index >= 0 && index < count) return index;
  throw new DeserializationError(`Found branch ${index} of a union that has ${count}`);
}
