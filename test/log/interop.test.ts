import { createRecordsBatch, Reader, readRecordsBatches } from '@platformatic/kafka';
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Compression } from '../../src/log/topic-settings.ts';
import { validateBatch } from '../../src/log/record-batch.ts';
import { RecordBatchWriter } from '../../src/log/record-batch.ts';
import { RecordCursor } from '../../src/log/record-cursor.ts';
import { Harness } from './embedded/harness.ts';

/* A Kafka client that was not written here reads our segments, and we read what it writes. */

const COMPRESSIONS: readonly Compression[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];
const TIME = 1_700_000_000_000;
const ROWS = Array.from({ length: 3_000 }, (_, i) => ({
  key: i % 7 === 0 ? null : Buffer.from(`key ${i % 50}`),
  value: i % 11 === 0 ? null : Buffer.from(`{"number":${i},"text":"${'ab'.repeat(i % 40)}"}`),
  header: i % 5 === 0 ? Buffer.from(`header of ${i}`) : null,
  timestamp: TIME + ((i * 7919) % 1000) - 500,
}));
/** Its types do not know that a value may be missing. */
type Messages = Parameters<typeof createRecordsBatch>[0];
type Row = (typeof ROWS)[number];

function ourBatch(rows: readonly Row[]): Buffer {
  const writer = new RecordBatchWriter();
  writer.begin();
  for (const { key, value, header, timestamp } of rows) {
    writer.append(timestamp, key, value, header === null ? [] : [{ key: 'h', value: header }]);
  }
  return writer.finish();
}

/** Text for comparisons: an offset, a time and three byte strings or null. */
function line(offset: number, time: number, parts: readonly (Uint8Array | null)[]): string {
  const texts = parts.map((part) => (part === null ? 'null' : Buffer.from(part).toString()));
  return [offset, time, ...texts].join(' | ');
}

const EXPECTED = ROWS.map(({ key, value, header, timestamp }, i) =>
  line(i, timestamp, [key, value, header]),
);

describe.each(COMPRESSIONS)('batches with compression %s', (compression) => {
  let harness: Harness;

  beforeEach(async () => {
    harness = await Harness.create();
  });

  afterEach(async () => {
    await harness.dispose();
  });

  test('in a segment file are read by another client', async () => {
    const log = await harness.openLog();
    const topic = await log.createTopic({
      name: 'events',
      partitionCount: 1,
      cleanupPolicy: 'delete',
      compression,
    });
    const partition = topic.partitions[0]!;
    for (let i = 0; i < ROWS.length; i += 1000) partition.append(ourBatch(ROWS.slice(i, i + 1000)));
    await partition.sync();
    const file = await readFile(harness.file());
    const plainBytes = ourBatch(ROWS).length;
    if (compression !== 'none') expect(file.length).toBeLessThan(plainBytes / 2);
    const batches = readRecordsBatches(Reader.from(file));
    const lines = batches.flatMap((batch) =>
      batch.records.map((record) =>
        line(
          Number(batch.firstOffset) + record.offsetDelta,
          Number(batch.firstTimestamp + record.timestampDelta),
          [record.key ?? null, record.value ?? null, record.headers[0]?.[1] ?? null],
        ),
      ),
    );
    expect(batches).toHaveLength(3);
    expect(lines).toEqual(EXPECTED);
  });

  test('written by another client are read by us, from memory and from the file', async () => {
    const partition = await harness.open();
    for (let i = 0; i < ROWS.length; i += 1000) {
      const messages = ROWS.slice(i, i + 1000).map(({ key, value, header, timestamp }) => ({
        topic: 'events',
        partition: 0,
        ...(key === null ? {} : { key }),
        ...(value === null ? {} : { value }),
        timestamp: BigInt(timestamp),
        headers: new Map(header === null ? [] : [[Buffer.from('h'), header]]),
      }));
      const batch = Buffer.from(createRecordsBatch(messages as Messages, { compression }).buffer);
      validateBatch(batch);
      partition.append(batch);
    }
    await partition.sync();
    expect(await linesOf(harness)).toEqual(EXPECTED);
    await harness.close();
    await harness.open();
    expect(await linesOf(harness)).toEqual(EXPECTED);
  });
});

async function linesOf({ log }: Harness): Promise<string[]> {
  const partition = log.topic('events')!.partitions[0]!;
  const lines: string[] = [];
  const cursor = new RecordCursor();
  for (let offset = 0; offset < partition.endOffset;) {
    const read = await partition.read({ offset, bytesMax: 1, isolation: 'committed' });
    for (const batch of read.batches) {
      cursor.reset(batch);
      while (cursor.next()) {
        const part = (start: number, end: number) =>
          start < 0 ? null : batch.subarray(start, end);
        const { keyStart, keyEnd, valueStart, valueEnd } = cursor;
        const header = cursor.headers()[0]?.value ?? null;
        const parts = [part(keyStart, keyEnd), part(valueStart, valueEnd), header];
        lines.push(line(cursor.offset, cursor.timestamp, parts));
      }
    }
    offset = read.nextOffset;
  }
  return lines;
}
