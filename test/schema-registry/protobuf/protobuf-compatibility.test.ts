import { describe, expect, test } from 'vitest';
import { protobufIncompatibilities } from '../../../src/schema-registry/protobuf/protobuf-compatibility.ts';
import { parseProtobuf } from '../../../src/schema-registry/protobuf/protobuf-schema.ts';
import { protobufTokens } from '../../../src/schema-registry/protobuf/protobuf-tokens.ts';

function problems(reader: string, writer: string): string[] {
  const [read, written] = [reader, writer].map((body) =>
    parseProtobuf(`syntax = "proto3"; package p; ${body}`, new Map()),
  );
  return protobufIncompatibilities(read as never, written as never).map(
    ({ kind, path }) => `${kind} ${path}`,
  );
}

const m = (fields: string): string => `message M { ${fields} }`;

describe('compatible', () => {
  test.each([
    ['a new field', m('string a = 1; int32 b = 2;'), m('string a = 1;')],
    ['a field less', m('string a = 1;'), m('string a = 1; int32 b = 2;')],
    ['another name', m('string z = 1;'), m('string a = 1;')],
    ['a wider number', m('int64 a = 1;'), m('int32 a = 1;')],
    ['a truth as a number', m('int32 a = 1;'), m('bool a = 1;')],
    ['an enum as a number', m('int32 a = 1;'), m('E a = 1; enum E { Z = 0; }')],
    ['bytes as a text', m('string a = 1;'), m('bytes a = 1;')],
    ['texts', m('repeated string a = 1;'), m('string a = 1;')],
    ['a new message', `${m('string a = 1;')} message N { }`, m('string a = 1;')],
    ['one field into a new oneof', m('oneof o { string a = 1; int32 b = 2; }'), m('string a = 1;')],
    ['optional', m('optional string a = 1;'), m('string a = 1;')],
    ['other symbols', m('E a = 1; enum E { Z = 0; Y = 1; }'), m('E a = 1; enum E { Z = 0; }')],
  ])('%s', (_name, reader, writer) => {
    expect(problems(reader, writer)).toEqual([]);
  });
});

const kinds = (reader: string, writer: string): string[] =>
  protobufIncompatibilities(parseProtobuf(reader, new Map()), parseProtobuf(writer, new Map())).map(
    ({ kind }) => kind,
  );

describe('incompatible', () => {
  test.each([
    [
      'a text as a number',
      m('int32 a = 1;'),
      m('string a = 1;'),
      'FIELD_SCALAR_KIND_CHANGED #/M/1',
    ],
    ['other signs', m('sint32 a = 1;'), m('int32 a = 1;'), 'FIELD_SCALAR_KIND_CHANGED #/M/1'],
    [
      'a message as a text',
      m('string a = 1;'),
      m('N a = 1; message N { }'),
      'MESSAGE_REMOVED #/M.N',
    ],
    [
      'another message',
      m('N a = 1; message N { } message O { }'),
      m('O a = 1; message N { } message O { }'),
      'FIELD_NAMED_TYPE_CHANGED #/M/1',
    ],
    ['numbers', m('repeated int32 a = 1;'), m('int32 a = 1;'), 'FIELD_NUMERIC_LABEL_CHANGED #/M/1'],
    ['a message less', '', m('string a = 1;'), 'MESSAGE_REMOVED #/M'],
    ['a map', m('map<string, int32> a = 1;'), m('int32 a = 1;'), 'FIELD_KIND_CHANGED #/M/1'],
    [
      'values of a map',
      m('map<string, string> a = 1;'),
      m('map<string, int32> a = 1;'),
      'FIELD_SCALAR_KIND_CHANGED #/M/1',
    ],
    [
      'two fields into a oneof',
      m('oneof o { string a = 1; int32 b = 2; }'),
      m('string a = 1; int32 b = 2;'),
      'MULTIPLE_FIELDS_MOVED_TO_ONEOF #/M/o',
    ],
    [
      'a field into a oneof that was there',
      m('oneof o { string a = 1; int32 b = 2; }'),
      m('oneof o { string a = 1; } int32 b = 2;'),
      'FIELD_MOVED_TO_EXISTING_ONEOF #/M/o',
    ],
    [
      'a field of a oneof less',
      m('oneof o { string a = 1; }'),
      m('oneof o { string a = 1; int32 b = 2; }'),
      'ONEOF_FIELD_REMOVED #/M/o',
    ],
  ])('%s', (_name, reader, writer, expected) => {
    expect(problems(reader, writer)).toContain(expected);
  });

  test('another package, and required fields of proto2', () => {
    expect(kinds('syntax = "proto3"; package q;', 'syntax = "proto3"; package p;')).toEqual([
      'PACKAGE_CHANGED',
    ]);
    const required = 'syntax = "proto2"; message M { required string a = 1; }';
    const empty = 'syntax = "proto2"; message M { }';
    expect(kinds(required, empty)).toEqual(['REQUIRED_FIELD_ADDED']);
    expect(kinds(empty, required)).toEqual(['REQUIRED_FIELD_REMOVED']);
  });
});

describe('parsing', () => {
  test('finds imports that are registered, and well-known ones without', () => {
    const text = `syntax = "proto3"; package p; import "other.proto";
      import "google/protobuf/timestamp.proto"; import "google/protobuf/descriptor.proto";
      import "google/type/date.proto"; import "google/type/datetime.proto"; import "google/type/month.proto";
      import "confluent/meta.proto"; import "confluent/type/decimal.proto";
      message M {
        option (confluent.message_meta) = { doc: "it" };
        q.Other a = 1; google.protobuf.Timestamp b = 2; google.type.Date c = 3;
        confluent.type.Decimal d = 4; google.type.Month e = 5;
      }`;
    const other = 'syntax = "proto3"; package q; message Other { string a = 1; }';
    const { messages } = parseProtobuf(text, new Map([['other.proto', other]]));
    expect([...messages.keys()]).toEqual(['M']);
    expect(messages.get('M')?.fields['a']?.resolvedType?.fullName).toBe('.q.Other');
    expect(() => parseProtobuf(text, new Map())).toThrow('import "other.proto" is not found');
  });

  test.each([
    ['', 'the schema is empty'],
    ['// nothing', 'the schema is empty'],
    ['message', 'illegal'],
    ['syntax = "proto3"; message M { int32 a = 1; int32 b = 1; }', 'duplicate id 1'],
    ['syntax = "proto3"; message M { Unknown a = 1; }', "no such Type or Enum 'Unknown'"],
  ])('refuses %j', (text, message) => {
    expect(() => parseProtobuf(text, new Map())).toThrow(message);
  });

  test('sees no difference in comments and white space', () => {
    const tokens = protobufTokens('message M { string a = 1; }');
    expect(protobufTokens('/* x */ message M{ // y\n string a=1 ;}')).toEqual(tokens);
    expect(protobufTokens('option x = "// no comment";')).toContain('"// no comment"');
  });
});
