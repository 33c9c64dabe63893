import type { ParsedSchema, SchemaLanguage } from '../schema-language.ts';
import { protobufIncompatibilities } from './protobuf-compatibility.ts';
import { parseProtobuf, type ProtobufSchema } from './protobuf-schema.ts';
import { protobufTokens } from './protobuf-tokens.ts';

interface ParsedProtobuf extends ParsedSchema {
  readonly protobuf: ProtobufSchema;
}

export const protobufLanguage: SchemaLanguage<ParsedProtobuf> = {
  type: 'PROTOBUF',
  parse(text, references) {
    const protobuf = parseProtobuf(
      text,
      new Map(references.map(({ name, schema }) => [name, schema.text])),
    );
    return {
      protobuf,
      normalForm: protobuf.normalForm,
      incompatibilities: (writer) =>
        protobufIncompatibilities(protobuf, (writer as ParsedProtobuf).protobuf),
    };
  },
  form: (text) => protobufTokens(text).join(' '),
};
