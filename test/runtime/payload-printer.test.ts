import { describe, expect, test } from 'vitest';
import { PayloadPrinter } from '../../src/runtime/payload-printer.ts';
import { keyReadings, valueReadings } from '../../src/runtime/payload-readings.ts';
import type { WriterSchema } from '../../src/formats/registered-schema.ts';
import { avroWriter, header, jsonWriter, knownSchemas } from '../formats/known-schemas.ts';

const RECORD = avroWriter(1, {
  type: 'record',
  name: 'R',
  fields: [
    { name: 'a', type: 'int' },
    { name: 'b', type: 'string' },
  ],
});
const OBJECT = jsonWriter(2, { type: 'object', properties: { a: { type: 'integer' } } });
const MESSAGE: WriterSchema = {
  id: 3,
  type: 'PROTOBUF',
  text: 'syntax = "proto3"; message M { int32 a = 1; string b = 2; }',
  dependencies: [],
};
const schemas = knownSchemas(RECORD, OBJECT, MESSAGE);

function values(): PayloadPrinter {
  return new PayloadPrinter(valueReadings(schemas));
}

function keys(): PayloadPrinter {
  return new PayloadPrinter(keyReadings(schemas));
}

function int64(...times: readonly number[]): Buffer {
  const bytes = Buffer.alloc(8 * times.length);
  for (const [index, time] of times.entries()) bytes.writeBigInt64BE(BigInt(time), 8 * index);
  return bytes;
}

describe('a value', () => {
  test('of AVRO is read with the schema it names', () => {
    const printer = values();
    const bytes = Buffer.concat([header(1), Buffer.from([2, 4, 0x68, 0x69])]);
    expect(printer.print(bytes)).toBe('{"a":1,"b":"hi"}');
    expect(printer.formats.split(' or ')[0]).toBe('AVRO');
  });

  test('of PROTOBUF is read with the schema it names', () => {
    const printer = values();
    const message = Buffer.from([0, 8, 1, 18, 2, 0x68, 0x69]);
    expect(printer.print(Buffer.concat([header(3), message]))).toBe('{"a":1,"b":"hi"}');
    expect(printer.formats.split(' or ')[0]).toBe('PROTOBUF');
  });

  test('of JSON_SR is the text behind the id', () => {
    const printer = values();
    expect(printer.print(Buffer.concat([header(2), Buffer.from('{"a": 1}')]))).toBe('{"a": 1}');
    expect(printer.formats).toBe('JSON_SR or KAFKA_STRING');
  });

  test('that names no registered schema is something else', () => {
    const printer = values();
    expect(printer.print(Buffer.concat([header(9), Buffer.from('abc')]))).toBe('157377123');
  });

  test('of JSON may be text as well', () => {
    const printer = values();
    expect(printer.print(Buffer.from('{"a":1}'))).toBe('{"a":1}');
    expect(printer.formats).toBe('JSON or KAFKA_STRING');
    expect(printer.print(Buffer.from('word'))).toBe('word');
    expect(printer.formats).toBe('KAFKA_STRING');
  });

  test('of eight bytes is a BIGINT rather than a DOUBLE', () => {
    const printer = values();
    expect(printer.print(int64(7))).toBe('7');
    expect(printer.formats).toBe('KAFKA_BIGINT or KAFKA_DOUBLE or KAFKA_STRING');
  });

  test('of nothing but letters is a number only when others are', () => {
    const printer = values();
    expect(printer.print(Buffer.from('ABCD'))).toBe('ABCD');
    expect(printer.formats).toBe('KAFKA_STRING or KAFKA_INT');
    expect(printer.print(Buffer.from([0, 0, 0, 1]))).toBe('1');
    expect(printer.print(Buffer.from('ABCD'))).toBe('1094861636');
    expect(printer.formats).toBe('KAFKA_INT or KAFKA_STRING');
  });

  test('that fits nothing says so', () => {
    const printer = values();
    expect(printer.print(Buffer.from([0xff, 0xfe, 0xfd]))).toBe('<Failed to deserialize>');
    expect(printer.formats).toMatch(/^ does not match any supported format\./);
  });

  test('that is null tells nothing about the format', () => {
    const printer = values();
    expect(printer.print(null)).toBe('<null>');
    expect(printer.formats).toBe('¯\\_(ツ)_/¯ - no data processed');
  });
});

describe('a key with a window', () => {
  test('of TUMBLING or HOPPING shows its start', () => {
    const printer = keys();
    const bytes = Buffer.concat([Buffer.from('user-1'), int64(1_700_000_000_000)]);
    expect(printer.print(bytes)).toBe('[user-1@1700000000000/-]');
    expect(printer.formats).toBe('HOPPING(KAFKA_STRING) or TUMBLING(KAFKA_STRING)');
  });

  test('of SESSION shows start and end', () => {
    const printer = keys();
    const bytes = Buffer.concat([Buffer.from('"u"'), int64(1_700_000_000_500, 1_700_000_000_000)]);
    expect(printer.print(bytes)).toBe('["u"@1700000000000/1700000000500]');
    expect(printer.formats.split(' or ')[0]).toBe('SESSION(JSON)');
  });

  test('is not seen in a word of many letters', () => {
    const printer = keys();
    expect(printer.print(Buffer.from('a key of many letters, longer than 24 bytes'))).toBe(
      'a key of many letters, longer than 24 bytes',
    );
    expect(printer.formats).toBe('KAFKA_STRING');
  });
});
