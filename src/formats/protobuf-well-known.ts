/** What `protobufjs` parses of the files that every Protobuf schema may import: messages that stand for scalars. */
export const WELL_KNOWN_FILES: ReadonlyMap<string, string> = new Map([
  [
    'google/protobuf/timestamp.proto',
    file('google.protobuf', 'message Timestamp { int64 seconds = 1; int32 nanos = 2; }'),
  ],
  [
    'google/protobuf/wrappers.proto',
    file(
      'google.protobuf',
      [
        ['Double', 'double'],
        ['Float', 'float'],
        ['Int64', 'int64'],
        ['UInt64', 'uint64'],
        ['Int32', 'int32'],
        ['UInt32', 'uint32'],
        ['Bool', 'bool'],
        ['String', 'string'],
        ['Bytes', 'bytes'],
      ]
        .map(([name, type]) => `message ${name}Value { ${type} value = 1; }`)
        .join('\n'),
    ),
  ],
  [
    'google/type/date.proto',
    file('google.type', 'message Date { int32 year = 1; int32 month = 2; int32 day = 3; }'),
  ],
  [
    'google/type/timeofday.proto',
    file(
      'google.type',
      'message TimeOfDay { int32 hours = 1; int32 minutes = 2; int32 seconds = 3; int32 nanos = 4; }',
    ),
  ],
  [
    'confluent/type/decimal.proto',
    file(
      'confluent.type',
      'message Decimal { bytes value = 1; uint32 precision = 2; int32 scale = 3; }',
    ),
  ],
]);

function file(packageName: string, messages: string): string {
  return `syntax = "proto3";\npackage ${packageName};\n${messages}\n`;
}
