import { expect, test } from 'vitest';
import { protoText } from './proto-text.ts';

const SCHEMA = `syntax = "proto3";

message ConnectDefault1 {
  int32 A = 1;
  string B = 2;
  double C = 3;
  bool D = 4;
  repeated int64 E = 5;
  repeated ConnectDefault2Entry F = 6;

  message ConnectDefault2Entry {
    string key = 1;
    int32 value = 2;
  }
}
`;

test('prints fields in order, packed lists one by one, entries nested', () => {
  const bytes = Buffer.from([
    0x32, 5, 0x0a, 1, 0x6b, 0x10, 7, 0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0x01, 0x12, 3, 0x22, 0xc3, 0xa9, 0x19, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0x20, 1, 0x2a, 2, 1, 2,
  ]);
  expect(protoText(bytes, SCHEMA)).toBe(
    'A: -1\nB: "\\"\\303\\251"\nC: 1.5\nD: true\nE: 1\nE: 2\nF {\n  key: "k"\n  value: 7\n}\n',
  );
});

test('leaves out default values, and does not take what the schema has not', () => {
  expect(protoText(Buffer.from([0x08, 0, 0x12, 0]), SCHEMA)).toBe('');
  expect(() => protoText(Buffer.from([0x38, 1]), SCHEMA)).toThrow('unknown field 7');
  expect(() => protoText(Buffer.from([0x12, 9]), SCHEMA)).toThrow('ends within a field');
  expect(() => protoText(Buffer.alloc(0), 'message A {')).toThrow('not proto3');
});
