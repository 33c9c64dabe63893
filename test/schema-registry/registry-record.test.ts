import { describe, expect, test } from 'vitest';
import type { RegistryChange } from '../../src/schema-registry/registry-change.ts';
import { decodeChange, encodeChange } from '../../src/schema-registry/registry-record.ts';

const REFERENCES = [{ name: 'R', subject: 'r', version: 2 }];

const CHANGES: readonly RegistryChange[] = [
  {
    kind: 'schema',
    subject: 's',
    version: 3,
    id: 7,
    schema: { type: 'AVRO', text: '"long"', references: [] },
    deleted: false,
  },
  {
    kind: 'schema',
    subject: 's',
    version: 4,
    id: 8,
    schema: { type: 'PROTOBUF', text: 'message M { }', references: REFERENCES },
    deleted: true,
  },
  { kind: 'removeVersion', subject: 's', version: 4 },
  { kind: 'deleteSubject', subject: 's', version: 4 },
  { kind: 'removeSubject', subject: 's' },
  { kind: 'level', subject: null, level: 'FULL' },
  { kind: 'level', subject: 's', level: null },
  { kind: 'mode', subject: null, mode: null },
  { kind: 'mode', subject: 's', mode: 'IMPORT' },
];

test.each(CHANGES)('$kind is read as it was written', (change) => {
  expect(decodeChange(encodeChange(change))).toEqual(change);
});

describe('records as Confluent writes them', () => {
  test('of a schema', () => {
    const key = '{"keytype":"SCHEMA","subject":"s","version":1,"magic":1}';
    const value = '{"subject":"s","version":1,"id":1,"schema":"\\"int\\"","deleted":false}';
    expect(decodeChange({ key, value })).toEqual({
      kind: 'schema',
      subject: 's',
      version: 1,
      id: 1,
      schema: { type: 'AVRO', text: '"int"', references: [] },
      deleted: false,
    });
  });

  test('that change nothing', () => {
    expect(decodeChange({ key: '{"keytype":"NOOP","magic":0}', value: null })).toBeNull();
  });

  test('that are none', () => {
    expect(() => decodeChange({ key: '{"keytype":"OTHER"}', value: null })).toThrow(
      'stands for no change of a schema registry',
    );
    expect(() => decodeChange({ key: 'x', value: null })).toThrow();
  });
});
