import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CorruptionError, DatabaseError } from '../../src/base/errors.ts';
import { RecordBatchWriter, setBaseOffset } from '../../src/log/record-batch.ts';
import { RecordCursor } from '../../src/log/record-cursor.ts';
import { batchOf } from './batches.ts';

const bytesOrNull = fc.option(fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)));
const recordArbitrary = fc.record({
  timestamp: fc.oneof(fc.maxSafeInteger(), fc.integer({ min: 0, max: 1_000_000 })),
  key: bytesOrNull,
  value: bytesOrNull,
  headers: fc.array(fc.record({ key: fc.string({ unit: 'binary' }), value: bytesOrNull }), {
    maxLength: 3,
  }),
});

describe('RecordCursor', () => {
  test('gives back every record that was written', () => {
    const records = fc.array(recordArbitrary, { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(records, (records) => {
        const writer = new RecordBatchWriter();
        writer.begin();
        for (const { timestamp, key, value, headers } of records) {
          writer.append(timestamp, key, value, headers);
        }
        const batch = writer.finish();
        setBaseOffset(batch, 1000);
        const expected = records.map((record, i) => ({ offset: 1000 + i, ...record }));
        expect(recordsIn(batch)).toEqual(expected);
      }),
    );
  });

  test('says null with -1 and keeps empty apart from it', () => {
    const writer = new RecordBatchWriter();
    writer.begin();
    writer.append(1, null, Buffer.alloc(0));
    const cursor = new RecordCursor(writer.finish());
    expect(cursor.next()).toBe(true);
    expect([cursor.keyStart, cursor.keyEnd]).toEqual([-1, -1]);
    expect(cursor.valueStart).toBe(cursor.valueEnd);
    expect(cursor.valueStart).toBeGreaterThan(0);
    expect(cursor.next()).toBe(false);
    expect(cursor.next()).toBe(false);
  });

  test.each([
    [0, 100],
    [100, 100],
    [102, 102],
    [104, 104],
    [105, null],
  ])('after skipTo(%d) the next record is %s', (offset, expected) => {
    const batch = batchOf(['a', 'b', 'c', 'd', 'e']);
    setBaseOffset(batch, 100);
    const cursor = new RecordCursor(batch);
    cursor.skipTo(offset);
    expect(cursor.next() ? cursor.offset : null).toBe(expected);
  });

  test('skips from where it stands, and never back', () => {
    const cursor = new RecordCursor(batchOf(['a', 'b', 'c', 'd', 'e']));
    cursor.next();
    cursor.skipTo(3);
    expect(cursor.next() && cursor.offset).toBe(3);
    cursor.skipTo(1);
    expect(cursor.next() && cursor.offset).toBe(4);
  });

  test('headers can be asked for, or not, without disturbing the walk', () => {
    const writer = new RecordBatchWriter();
    writer.begin();
    writer.append(1, null, null, [{ key: 'a', value: Buffer.from('1') }]);
    writer.append(2, null, null);
    const cursor = new RecordCursor(writer.finish());
    cursor.next();
    expect(cursor.headers()).toEqual([{ key: 'a', value: Buffer.from('1') }]);
    expect(cursor.headers()).toHaveLength(1);
    expect(cursor.next()).toBe(true);
    expect(cursor.headers()).toEqual([]);
    expect(cursor.offset).toBe(1);
  });

  test('gives the time of the append where the batch says so', () => {
    const batch = batchOf(['a', 'b'], { timestamp: 50 });
    batch[22] = 0x08;
    expect(recordsIn(batch).map(({ timestamp }) => timestamp)).toEqual([51, 51]);
  });

  test('refuses a compressed batch by the name of its compression', () => {
    const batch = batchOf(['a']);
    batch[22] = 4;
    expect(() => new RecordCursor(batch)).toThrow(DatabaseError);
    expect(() => new RecordCursor(batch)).toThrow(/compressed \(zstd\)/);
  });

  test.each([
    ['a length beyond the batch', 61, '7e', 'a record is 63 bytes long'],
    ['a negative length', 61, '01', 'a record is -1 bytes long'],
    ['a length without an end', 61, 'ffffffffff', 'has no end'],
    ['an offset beyond the last', 64, '02', 'the offset of a record is 1 beyond the first'],
    ['a key length below -1', 65, '03', 'the key of a record is -2 bytes long'],
    ['a key reaching beyond the batch', 65, '7e', 'has no end'],
    ['a value length below -1', 66, '05', 'the value of a record is -3 bytes long'],
    ['a value reaching beyond the record', 66, '10', 'beyond its record'],
    ['a value of 1 GiB', 66, '8080808008', 'beyond its record'],
  ])('refuses %s', (_, position, hex, message) => {
    const batch = batchOf(['value']);
    batch.write(hex, position, 'hex');
    expect(() => new RecordCursor(batch).next()).toThrow(CorruptionError);
    expect(() => new RecordCursor(batch).next()).toThrow(message);
  });

  test.each([
    ['08', '4 record headers'],
    ['01', '-1 record headers'],
    ['020102', 'a record header has no name'],
    ['020602', 'part of a header is 3 bytes long'],
    ['0000', 'bytes follow the headers'],
  ])('refuses the headers %s', (hex, message) => {
    const head = batchOf(['']).subarray(0, 61);
    const body = Buffer.from(`0000000100${hex}`, 'hex');
    const batch = Buffer.concat([head, Buffer.from([body.length * 2]), body]);
    const cursor = new RecordCursor(batch);
    cursor.next();
    expect(() => cursor.headers()).toThrow(message);
  });

  test('refuses bytes behind the last record', () => {
    const cursor = new RecordCursor(Buffer.concat([batchOf(['a']), Buffer.alloc(1)]));
    expect(cursor.next()).toBe(true);
    expect(() => cursor.next()).toThrow('bytes follow its last record');
  });

  test('never reads beyond the batch or loops, whatever the bytes of the records are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(20), (bytes, count) => {
        const batch = Buffer.concat([batchOf(['a']).subarray(0, 61), bytes]);
        batch.writeInt32BE(count, 57);
        batch.writeInt32BE(count, 23);
        const cursor = new RecordCursor(batch);
        try {
          while (cursor.next()) {
            expect(cursor.keyEnd).toBeLessThanOrEqual(batch.length);
            expect(cursor.valueEnd).toBeLessThanOrEqual(batch.length);
            cursor.headers();
          }
        } catch (error) {
          expect(error).toBeInstanceOf(CorruptionError);
        }
      }),
    );
  });
});

function recordsIn(batch: Buffer) {
  const cursor = new RecordCursor(batch);
  const records = [];
  const slice = (start: number, end: number) =>
    start === -1 ? null : Buffer.from(batch.subarray(start, end));
  while (cursor.next()) {
    records.push({
      offset: cursor.offset,
      timestamp: cursor.timestamp,
      key: slice(cursor.keyStart, cursor.keyEnd),
      value: slice(cursor.valueStart, cursor.valueEnd),
      headers: cursor.headers(),
    });
  }
  return records;
}
