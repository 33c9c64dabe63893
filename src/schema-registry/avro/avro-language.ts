import type { ParsedSchema, SchemaLanguage } from '../schema-language.ts';
import { avroIncompatibilities } from './avro-compatibility.ts';
import { avroForm } from './avro-form.ts';
import type { AvroType } from './avro-type.ts';
import { parseAvro } from './parse-avro.ts';

interface ParsedAvro extends ParsedSchema {
  readonly avro: AvroType;
}

export const avroLanguage: SchemaLanguage<ParsedAvro> = {
  type: 'AVRO',
  parse(text, references) {
    const avro = parseAvro(
      text,
      references.map(({ schema }) => schema.text),
    );
    return {
      avro,
      normalForm: avroForm(text),
      incompatibilities: (writer) => avroIncompatibilities(avro, (writer as ParsedAvro).avro),
    };
  },
  form: avroForm,
};
