import { type AvroType, avroTypeName } from './avro-type.ts';

const INT_MAX = 2 ** 31;

/**
 * Checks the default of a field against its type; that of a union is of its first branch, or, as later versions of
 * Avro allow, of any.
 * @returns what is wrong with it; null when nothing is.
 */
export function checkAvroDefault(value: unknown, type: AvroType): string | null {
  return fits(value, type) ? null : `is ${shown(value)}, which is no ${avroTypeName(type)}`;
}

const SHOWN_LENGTH_MAX = 100;

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'missing').slice(0, SHOWN_LENGTH_MAX);
}

function fits(value: unknown, type: AvroType): boolean {
  switch (type.kind) {
    case 'null':
      return value === null;
    case 'boolean':
      return typeof value === 'boolean';
    case 'int':
      return (
        Number.isInteger(value) && -INT_MAX <= (value as number) && (value as number) < INT_MAX
      );
    case 'long':
      return Number.isInteger(value) && Math.abs(value as number) <= 2 ** 63;
    case 'float':
    case 'double':
      return typeof value === 'number' || ['NaN', 'Infinity', '-Infinity'].includes(String(value));
    case 'string':
    case 'bytes':
      return typeof value === 'string';
    case 'fixed':
      return typeof value === 'string' && value.length === type.size;
    case 'enum':
      return typeof value === 'string' && type.symbols.includes(value);
    case 'array':
      return Array.isArray(value) && value.every((item) => fits(item, type.items));
    case 'map':
      return isObject(value) && Object.values(value).every((item) => fits(item, type.values));
    case 'union':
      return type.branches.some((branch) => fits(value, branch));
    case 'record':
      return (
        isObject(value) &&
        type.fields.every((field) =>
          Object.hasOwn(value, field.name) ? fits(value[field.name], field.type) : field.hasDefault,
        )
      );
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
