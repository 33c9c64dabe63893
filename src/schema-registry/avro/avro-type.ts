/** A type of an Avro schema with all names resolved; recursive schemas are circles of these objects. */
export type AvroType =
  | AvroPrimitive
  | { readonly kind: 'array'; readonly items: AvroType }
  | { readonly kind: 'map'; readonly values: AvroType }
  | { readonly kind: 'union'; readonly branches: readonly AvroType[] }
  | AvroRecord
  | AvroEnum
  | AvroFixed;

export const AVRO_PRIMITIVES = [
  'null',
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'bytes',
  'string',
] as const;

export interface AvroPrimitive {
  readonly kind: (typeof AVRO_PRIMITIVES)[number];
  /** Digits behind the point of a decimal; null for what is none. */
  readonly decimalScale: number | null;
}

export interface AvroNamed {
  /** With its namespace. */
  readonly name: string;
  /** With their namespaces. */
  readonly aliases: readonly string[];
}

export interface AvroRecord extends AvroNamed {
  readonly kind: 'record';
  readonly fields: readonly AvroField[];
}

export interface AvroField {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly type: AvroType;
  readonly hasDefault: boolean;
}

export interface AvroEnum extends AvroNamed {
  readonly kind: 'enum';
  readonly symbols: readonly string[];
  /** What a reader takes a symbol for that it does not know. */
  readonly default: string | null;
}

export interface AvroFixed extends AvroNamed {
  readonly kind: 'fixed';
  readonly size: number;
  readonly decimalScale: number | null;
}

/** How a type is called in messages: its name, or its kind. */
export function avroTypeName(type: AvroType): string {
  return 'name' in type ? `${type.kind} ${type.name}` : type.kind;
}
