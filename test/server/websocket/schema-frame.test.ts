import { expect, test } from 'vitest';
import { BIGINT, STRING } from '../../../src/sql/types.ts';
import { schemaFrame } from '../../../server/websocket/schema-frame.ts';
import { ScriptedResult } from '../scripted-engine.ts';

test('shows every kind of type as a tree with explicit nulls', () => {
  const result = new ScriptedResult({
    kind: 'push',
    columns: [
      { name: 'AMT', type: { kind: 'DECIMAL', precision: 4, scale: 2 }, isKey: true },
      { name: 'TAGS', type: { kind: 'ARRAY', element: STRING }, isKey: false },
      { name: 'COUNTS', type: { kind: 'MAP', key: STRING, value: BIGINT }, isKey: false },
      {
        name: 'S',
        type: { kind: 'STRUCT', fields: [{ name: 'F', type: BIGINT }] },
        isKey: false,
      },
    ],
  });
  const bigint = { type: 'BIGINT', fields: null, memberSchema: null };
  expect(JSON.parse(schemaFrame(result))).toEqual([
    {
      name: 'AMT',
      schema: {
        type: 'DECIMAL',
        fields: null,
        memberSchema: null,
        parameters: { precision: 4, scale: 2 },
      },
    },
    {
      name: 'TAGS',
      schema: {
        type: 'ARRAY',
        fields: null,
        memberSchema: { type: 'STRING', fields: null, memberSchema: null },
      },
    },
    { name: 'COUNTS', schema: { type: 'MAP', fields: null, memberSchema: bigint } },
    {
      name: 'S',
      schema: { type: 'STRUCT', fields: [{ name: 'F', schema: bigint }], memberSchema: null },
    },
  ]);
});
