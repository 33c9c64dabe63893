import { expect, test } from 'vitest';
import { RecordBatchWriter, type RecordHeader } from '../../src/log/record-batch.ts';
import { RecordCursor } from '../../src/log/record-cursor.ts';
import type { Change } from '../../src/operators/change.ts';
import { RecordDecoder } from '../../src/runtime/record-decoder.ts';
import type { Column } from '../../src/sql/schema.ts';
import { BIGINT, BYTES, STRING } from '../../src/sql/types.ts';
import { source } from '../analyze/fixture.ts';

const PLAIN = source('STREAM', 'S', { keys: { K: STRING }, values: { V: BIGINT, W: BIGINT } });

function decode(
  values: readonly Column[],
  headers: readonly RecordHeader[],
  needed: readonly boolean[] = [true, ...values.map(() => true)],
): Change {
  const writer = new RecordBatchWriter();
  writer.begin();
  writer.append(0, Buffer.from('k'), Buffer.from('{"V":1,"W":2}'), headers);
  const from = { ...PLAIN, schema: { ...PLAIN.schema, values } };
  const changes: Change[] = [];
  const range = { fromOffset: 0, toOffset: Infinity, countMax: Infinity, partition: 0 };
  new RecordDecoder(from, needed).decode(writer.finish(), range, changes, (problem) => {
    throw new Error(problem.message);
  });
  return changes[0] as Change;
}

const HEADERS: readonly RecordHeader[] = [
  { key: 'a', value: Buffer.from('first') },
  { key: 'b', value: null },
  { key: 'a', value: Buffer.from('last') },
];
const V: Column = { name: 'V', type: BIGINT };
const W: Column = { name: 'W', type: BIGINT };

function headerColumn(name: string, key: string): Column {
  return { name, type: BYTES, header: { key } };
}

test('a HEADER column is the last header of its key, in its place among the others', () => {
  const columns = [headerColumn('A', 'a'), V, headerColumn('B', 'b'), W, headerColumn('C', 'c')];
  expect(decode(columns, HEADERS).after).toEqual(['k', Buffer.from('last'), 1, null, 2, null]);
});

test('columns that nobody needs leave the others in place', () => {
  const columns = [headerColumn('A', 'a'), V, W];
  const needed = [true, true, false, true];
  expect(decode(columns, HEADERS, needed).after).toEqual(['k', Buffer.from('last'), null, 2]);
});

test('a HEADERS column has all headers in order', () => {
  const all: Column = {
    name: 'H',
    type: { kind: 'ARRAY', element: { kind: 'STRING' } },
    header: { key: null },
  };
  expect(decode([V, all], HEADERS).after?.[2]).toEqual([
    ['a', Buffer.from('first')],
    ['b', null],
    ['a', Buffer.from('last')],
  ]);
  expect(decode([V, all], []).after?.[2]).toEqual([]);
});

test('a change carries the headers of its record, fit to be written again', () => {
  const { headers } = decode([V, W], HEADERS);
  const writer = new RecordBatchWriter();
  writer.begin();
  const empty = Buffer.alloc(0);
  writer.appendEncoded(0, empty, 0, -1, empty, 0, -1, headers);
  const cursor = new RecordCursor(writer.finish());
  expect(cursor.next()).toBe(true);
  expect(cursor.headers()).toEqual(HEADERS);
  expect(cursor.next()).toBe(false);
});

test('a change of a record without headers carries none', () => {
  expect(decode([V, W], []).headers).toBeNull();
});
