import { describe, expect, test } from 'vitest';
import { crc32c } from '../../src/base/crc32c.ts';
import { CorruptionError } from '../../src/base/errors.ts';
import * as batches from '../../src/log/record-batch.ts';
import { RecordBatchWriter, validateBatch, writeControlBatch } from '../../src/log/record-batch.ts';

const TIME = 0x0123456789; // 4886718345

describe('RecordBatchWriter', () => {
  test('writes the bytes of the format, field by field', () => {
    const writer = new RecordBatchWriter();
    writer.begin({ producerId: 7, producerEpoch: 2, baseSequence: 9, transactional: true });
    const header = { key: 'h', value: Buffer.from('w') };
    writer.append(TIME, Buffer.from('k'), Buffer.from('va'), [header, { key: 'n', value: null }]);
    writer.append(TIME - 1, null, null);
    writer.append(TIME + 100, Buffer.from(''), Buffer.from('z'));
    const batch = writer.finish();
    const afterCrc = [
      '0010', // attributes: transactional
      '00000002', // last offset delta
      '0000000123456789', // base timestamp
      '00000001234567ed', // largest timestamp
      '0000000000000007', // producer id
      '0002', // producer epoch
      '00000009', // base sequence
      '00000003', // count
      // Record 0: 16 bytes, attributes, time +0, offset +0, key, value, two headers.
      [
        '20',
        '00',
        '00',
        '00',
        '02',
        '6b',
        '04',
        '7661',
        '04',
        '02',
        '68',
        '02',
        '77',
        '02',
        '6e',
        '01',
      ],
      // Record 1: 6 bytes, time -1, offset +1, null key, null value, no headers.
      ['0c', '00', '01', '02', '01', '01', '00'],
      // Record 2: 8 bytes, time +100, offset +2, empty key.
      ['10', '00', 'c801', '04', '00', '02', '7a', '00'],
    ]
      .flat()
      .join('');
    const crc = crc32c(Buffer.from(afterCrc, 'hex')).toString(16).padStart(8, '0');
    const length = (9 + afterCrc.length / 2).toString(16).padStart(8, '0');
    const beforeCrc = ['0000000000000000', length, '00000000', '02'].join('');
    expect(batch.toString('hex')).toBe(beforeCrc + crc + afterCrc);
  });

  test('writes -1 for what a plain producer does not have', () => {
    const batch = oneRecord();
    expect(batches.producerId(batch)).toBe(-1);
    expect(batches.producerEpoch(batch)).toBe(-1);
    expect(batches.baseSequence(batch)).toBe(-1);
    expect(batches.lastSequence(batch)).toBe(-1);
    expect(batches.isTransactional(batch)).toBe(false);
    expect(batches.isControl(batch)).toBe(false);
  });

  test('copies key and value out of larger buffers, byte for byte like append', () => {
    const slab = Buffer.from(`__key--${'v'.repeat(100)}--`);
    const encoded = new RecordBatchWriter();
    encoded.begin();
    encoded.appendEncoded(TIME, slab, 2, 5, slab, 7, 107);
    encoded.appendEncoded(TIME, slab, -1, -1, slab, -1, -1);
    const plain = new RecordBatchWriter();
    plain.begin();
    plain.append(TIME, Buffer.from('key'), Buffer.from('v'.repeat(100)));
    plain.append(TIME, null, null);
    expect(encoded.finish()).toEqual(plain.finish());
  });

  test('counts records and bytes while they are added, and can be used again', () => {
    const writer = new RecordBatchWriter();
    writer.begin();
    expect([writer.count, writer.sizeBytes]).toEqual([0, 61]);
    writer.append(TIME, null, Buffer.from('abc'));
    expect([writer.count, writer.sizeBytes]).toEqual([1, 71]);
    const first = writer.finish();
    expect(first).toHaveLength(71);
    writer.begin();
    expect([writer.count, writer.sizeBytes]).toEqual([0, 61]);
    writer.append(TIME, null, Buffer.from('xyz'));
    writer.finish();
    expect(first.subarray(67, 70).toString()).toBe('abc');
  });

  test('refuses a batch without records, a time that is no integer, a transaction of nobody', () => {
    const writer = new RecordBatchWriter();
    writer.begin();
    expect(() => writer.finish()).toThrow('a batch has a record');
    expect(() => writer.append(0.5, null, null)).toThrow('a timestamp is a safe integer');
    expect(() => writer.begin({ transactional: true })).toThrow('has a producer id');
  });
});

describe('the fields of a batch', () => {
  test('are read back', () => {
    const writer = new RecordBatchWriter();
    writer.begin({ producerId: 2 ** 40, producerEpoch: 3, baseSequence: 2 ** 31 - 2 });
    for (const time of [5, -3, 9]) writer.append(time, null, null);
    const batch = writer.finish();
    batches.setBaseOffset(batch, 2 ** 45 + 1);
    expect(batches.baseOffset(batch)).toBe(2 ** 45 + 1);
    expect(batches.lastOffset(batch)).toBe(2 ** 45 + 3);
    expect(batches.recordCount(batch)).toBe(3);
    expect(batches.producerId(batch)).toBe(2 ** 40);
    expect(batches.producerEpoch(batch)).toBe(3);
    expect(batches.baseSequence(batch)).toBe(2 ** 31 - 2);
    expect(batches.lastSequence(batch)).toBe(0);
    expect(batches.baseTimestamp(batch)).toBe(5);
    expect(batches.maxTimestamp(batch)).toBe(9);
    expect(batches.compressionOf(batch)).toBe('none');
    expect(() => validateBatch(batch)).not.toThrow();
  });
});

describe('writeControlBatch', () => {
  test.each([
    ['commit', '00000001'],
    ['abort', '00000000'],
  ] as const)('writes a %s marker as Kafka does', (type, key) => {
    const batch = writeControlBatch({ producerId: 5, producerEpoch: 1, type, timestamp: TIME });
    expect(() => validateBatch(batch)).not.toThrow();
    expect(batches.isControl(batch)).toBe(true);
    expect(batches.isTransactional(batch)).toBe(true);
    expect(batches.baseSequence(batch)).toBe(-1);
    expect(batches.markerType(batch)).toBe(type);
    // 16 bytes: attributes, time, offset, key of 4, value of 6 (version, coordinator epoch), no headers.
    expect(batch.subarray(61).toString('hex')).toBe(`2000000008${key}0c00000000000000`);
  });

  test('a marker of another type is damage', () => {
    const options = { producerId: 5, producerEpoch: 1, type: 'commit', timestamp: 0 } as const;
    const batch = writeControlBatch(options);
    batch[69] = 9;
    expect(() => batches.markerType(batch)).toThrow(CorruptionError);
  });
});

describe('validateBatch', () => {
  test('finds every flipped bit but those of base offset and leader epoch', () => {
    const batch = oneRecord();
    for (let position = 8; position < batch.length; position++) {
      if (position >= 12 && position < 16) continue;
      const damaged = Buffer.from(batch);
      damaged[position]! ^= 1;
      expect(() => validateBatch(damaged)).toThrow(CorruptionError);
    }
  });

  test.each([
    ['no header', (batch: Buffer) => batch.subarray(0, 60), 'its header alone takes 61'],
    ['a missing byte', (batch: Buffer) => batch.subarray(0, -1), 'says 71 bytes, there are 70'],
    ['another magic', (batch: Buffer) => patched(batch, 16, '01'), 'magic is 1, expected 2'],
    ['a bad CRC', (batch: Buffer) => patched(batch, 70, '01'), 'CRC of its bytes is'],
    ['more records than offsets', (b: Buffer) => resealed(b, 57, '00000002'), '2 records for 1'],
    ['no record', (batch: Buffer) => resealed(batch, 57, '00000000'), '0 records for 1 offsets'],
    ['a negative offset', (b: Buffer) => patched(b, 0, 'ffffffffffffffff'), 'out of range'],
    ['an offset beyond 2^53', (b: Buffer) => patched(b, 0, '0020000000000000'), 'out of range'],
  ])('names %s', (_, damage, message) => {
    expect(() => validateBatch(damage(oneRecord()))).toThrow(message);
  });
});

function oneRecord(): Buffer {
  const writer = new RecordBatchWriter();
  writer.begin();
  writer.append(TIME, null, Buffer.from('abc'));
  return writer.finish();
}

function patched(batch: Buffer, position: number, hex: string): Buffer {
  batch.write(hex, position, 'hex');
  return batch;
}

function resealed(batch: Buffer, position: number, hex: string): Buffer {
  patched(batch, position, hex).writeUInt32BE(crc32c(batch, 21), 17);
  return batch;
}
