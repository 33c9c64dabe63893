import { expect, test } from 'vitest';
import type { Source } from '../../src/catalog/source.ts';
import { RecordBatchWriter } from '../../src/log/record-batch.ts';
import type { Change } from '../../src/operators/change.ts';
import { type DecodeProblem, RecordDecoder } from '../../src/runtime/record-decoder.ts';
import { columnsOf } from '../../src/sql/schema.ts';
import { BIGINT, STRING } from '../../src/sql/types.ts';
import { source } from '../analyze/fixture.ts';

const STREAM = source('STREAM', 'S', { keys: { K: STRING }, values: { V: BIGINT, T: BIGINT } });

interface Written {
  readonly key: string | Buffer | null;
  readonly value: string | null;
  readonly time?: number;
}

function decode(
  from: Source,
  records: readonly Written[],
  options: { fromOffset?: number; toOffset?: number; countMax?: number } = {},
): { rows: string[]; changes: Change[]; problems: DecodeProblem[] } {
  const writer = new RecordBatchWriter();
  writer.begin();
  for (const { key, value, time = 0 } of records) {
    const keyBytes = typeof key === 'string' ? Buffer.from(key) : key;
    writer.append(time, keyBytes, value === null ? null : Buffer.from(value));
  }
  const decoder = new RecordDecoder(
    from,
    columnsOf(from.schema).map(() => true),
  );
  const changes: Change[] = [];
  const problems: DecodeProblem[] = [];
  const range = { fromOffset: 0, toOffset: Infinity, countMax: Infinity, partition: 4, ...options };
  decoder.decode(writer.finish(), range, changes, (problem) => problems.push(problem));
  const rows = changes.map(({ key, after, time, offset }) =>
    JSON.stringify([offset, time, key, after]),
  );
  return { rows, changes, problems };
}

test('turns records into rows: key columns, then value columns', () => {
  const { rows, problems, changes } = decode(STREAM, [
    { key: 'a', value: '{"v":1,"t":2}', time: 7 },
    { key: null, value: '{}' },
    { key: 'b', value: null },
  ]);
  expect(rows).toEqual(['[0,7,["a"],["a",1,2]]', '[1,0,[],[null,null,null]]', '[2,0,["b"],null]']);
  expect(problems).toEqual([]);
  expect(changes[0]).toMatchObject({ before: null, partition: 4, windowStart: 0, windowEnd: 0 });
});

test('leaves out what cannot be read, and says where it stands', () => {
  const { rows, problems } = decode(STREAM, [
    { key: 'a', value: '{"v":' },
    { key: 'b', value: '{"v":1}' },
    { key: 'c', value: 'x'.repeat(5000) },
  ]);
  expect(rows).toEqual(['[1,0,["b"],["b",1,null]]']);
  expect(problems.map(({ offset }) => offset)).toEqual([0, 2]);
  expect(problems[0]?.payload?.toString()).toBe('{"v":');
  expect(problems[1]?.payload).toHaveLength(1024);
});

test('reads only the offsets it is asked for', () => {
  const records = ['a', 'b', 'c', 'd'].map((key) => ({ key, value: '{}' }));
  const { changes } = decode(STREAM, records, { fromOffset: 1, toOffset: 3 });
  expect(changes.map(({ key }) => key)).toEqual([['b'], ['c']]);
  expect(decode(STREAM, records, { countMax: 2 }).changes).toHaveLength(2);
});

test('takes the time from the TIMESTAMP column and leaves rows without one out', () => {
  const timed: Source = { ...STREAM, timestamp: { column: 'T', format: null } };
  const { rows, problems } = decode(timed, [
    { key: 'a', value: '{"t":500}', time: 7 },
    { key: 'b', value: '{"t":null}' },
    { key: 'c', value: '{"t":-1}' },
    { key: 'd', value: null },
  ]);
  expect(rows).toEqual(['[0,500,["a"],["a",null,500]]']);
  expect(problems.map(({ message }) => message)).toEqual(
    Array.from({ length: 3 }, () => 'the timestamp is null or negative'),
  );
});

test('reads the time from text by the format of the TIMESTAMP column', () => {
  const timed: Source = { ...STREAM, timestamp: { column: 'K', format: 'yy-MM-dd HH:mm:ssX' } };
  const { rows, problems } = decode(timed, [
    { key: '10-04-19 12:00:17Z', value: '{"v":1}', time: 7 },
    { key: 'soon', value: '{}' },
    { key: null, value: '{}' },
    { key: '10-04-19 12:00:17+02', value: '{"v":2}' },
  ]);
  expect(rows).toEqual([
    '[0,1271678417000,["10-04-19 12:00:17Z"],["10-04-19 12:00:17Z",1,null]]',
    '[3,1271671217000,["10-04-19 12:00:17+02"],["10-04-19 12:00:17+02",2,null]]',
  ]);
  expect(problems.map(({ offset }) => offset)).toEqual([1, 2]);
  expect(problems[0]?.message).toContain("Failed to parse timestamp 'soon'");
  expect(problems[1]?.message).toBe('the timestamp is null or negative');
});

test('leaves records with a negative time out', () => {
  const { rows, problems } = decode(STREAM, [{ key: 'a', value: '{}', time: -5 }]);
  expect(rows).toEqual([]);
  expect(problems).toHaveLength(1);
});

test('reads the window behind a windowed key', () => {
  const windowed: Source = {
    ...STREAM,
    schema: { ...STREAM.schema, window: { kind: 'TUMBLING', sizeMs: 1000 } },
  };
  const key = Buffer.from([0x61, 0, 0, 0, 0, 0, 0, 0x0b, 0xb8]);
  const { changes, problems } = decode(windowed, [
    { key, value: '{}' },
    { key: 'short', value: '{}' },
  ]);
  expect(changes).toHaveLength(1);
  expect(changes[0]).toMatchObject({ key: ['a'], windowStart: 3000, windowEnd: 4000 });
  expect(problems.map(({ message }) => message)).toEqual([
    'the key does not end with the times of a TUMBLING window',
  ]);
});
