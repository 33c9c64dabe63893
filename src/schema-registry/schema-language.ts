import type { Incompatibility } from './incompatibility.ts';
import type { SchemaText, SchemaType } from './schema-registry.ts';

/** A schema that another one refers to, by the name it uses for it. */
export interface NamedSchema {
  readonly name: string;
  readonly schema: SchemaText;
}

/** A schema that has been understood. */
export interface ParsedSchema {
  /** Equal schemas have the same form, in whatever order members stand where order says nothing. */
  readonly normalForm: string;
  /** Why data written with the other schema, of the same language, cannot be read with this one. */
  incompatibilities(writer: ParsedSchema): Incompatibility[];
}

/** One of the languages that schemas are written in. */
export interface SchemaLanguage<P extends ParsedSchema = ParsedSchema> {
  readonly type: SchemaType;
  /**
   * @param references all that the schema refers to, directly or not, each behind those it refers to itself.
   * @throws Error saying what is wrong with the schema.
   */
  parse(text: string, references: readonly NamedSchema[]): P;
  /**
   * The text without what says nothing (white space, comments): schemas with the same form share an id.
   * @throws Error for a text that is no schema.
   */
  form(text: string): string;
}
