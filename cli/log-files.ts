import { join } from 'node:path';
import { nodeEnv } from '../src/base/env-node.ts';
import { CorruptionError } from '../src/base/errors.ts';
import { decompressBatch } from '../src/log/batch-compression.ts';
import { BatchReader } from '../src/log/embedded/batch-reader.ts';
import { listSegments, segmentStem } from '../src/log/embedded/segment.ts';
import { readTopics } from '../src/log/embedded/topics-file.ts';
import {
  baseOffset,
  baseSequence,
  compressionOf,
  isControl,
  isTransactional,
  lastOffset,
  markerType,
  maxTimestamp,
  producerEpoch,
  producerId,
  recordCount,
} from '../src/log/record-batch.ts';
import { RecordCursor } from '../src/log/record-cursor.ts';
import { isCompacted } from '../src/log/topic-settings.ts';

const CHUNK_BYTES = 1 << 20;
const { files } = nodeEnv();

/** A batch as it lies in a file. */
export interface BatchSummary {
  readonly position: number;
  readonly bytes: number;
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly records: number;
  /** Largest of the batch, ms since the epoch. */
  readonly timestamp: number;
  readonly compression: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly kind: 'data' | 'transactional' | 'commit' | 'abort';
}

/** One record of a batch. */
export interface RecordSummary {
  readonly offset: number;
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

/** What a segment file holds up to its end or its first damage. */
export interface SegmentSummary {
  readonly path: string;
  readonly batches: number;
  readonly records: number;
  readonly bytes: number;
  /** One past the last record; null for an empty segment. */
  readonly nextOffset: number | null;
  /** Names file and byte; null when all is well. */
  readonly damage: string | null;
}

/** A partition of a data directory, with the name of its topic. */
export interface PartitionFiles {
  readonly topic: string;
  readonly partition: number;
  readonly segments: readonly string[];
  /** Whether offsets may be missing. */
  readonly gapsAllowed: boolean;
}

/**
 * Reads a segment file, checking every batch and every record, and shows them to the visitors.
 * @throws the errors of the file system.
 */
export async function inspectSegment(
  path: string,
  visit: {
    readonly batch?: (batch: BatchSummary) => void;
    readonly record?: (record: RecordSummary) => void;
  } = {},
): Promise<SegmentSummary> {
  const file = await files.open(path, 'read');
  let batches = 0;
  let records = 0;
  let nextOffset: number | null = null;
  try {
    const bytes = await file.size();
    const reader = new BatchReader({ file, position: 0, end: bytes, chunkBytes: CHUNK_BYTES });
    let position = 0;
    try {
      for (let batch = await reader.next(); batch !== null; batch = await reader.next()) {
        visit.batch?.(summaryOf(batch, position));
        records += visitRecords(batch, visit.record);
        batches++;
        nextOffset = lastOffset(batch) + 1;
        position = reader.position;
      }
    } catch (error) {
      if (!(error instanceof CorruptionError)) throw error;
      // Errors of the reader say where they are themselves.
      const isPlaced = error.message.startsWith(path);
      const damage = isPlaced ? error.message : `${path}, byte ${position}: ${error.message}`;
      return { path, batches, records, bytes, nextOffset, damage };
    }
    return { path, batches, records, bytes, nextOffset, damage: null };
  } finally {
    await file.close();
  }
}

function summaryOf(batch: Buffer, position: number): BatchSummary {
  return {
    position,
    bytes: batch.length,
    baseOffset: baseOffset(batch),
    lastOffset: lastOffset(batch),
    records: recordCount(batch),
    timestamp: maxTimestamp(batch),
    compression: compressionOf(batch),
    producerId: producerId(batch),
    producerEpoch: producerEpoch(batch),
    baseSequence: baseSequence(batch),
    kind: isControl(batch) ? markerType(batch) : isTransactional(batch) ? 'transactional' : 'data',
  };
}

function visitRecords(batch: Buffer, visit: ((record: RecordSummary) => void) | undefined): number {
  const cursor = new RecordCursor(decompressBatch(batch));
  let count = 0;
  while (cursor.next()) {
    count++;
    cursor.headers();
    if (visit === undefined || isControl(batch)) continue;
    const { buffer, offset, timestamp, keyStart, keyEnd, valueStart, valueEnd } = cursor;
    visit({
      offset,
      timestamp,
      key: keyStart < 0 ? null : buffer.subarray(keyStart, keyEnd),
      value: valueStart < 0 ? null : buffer.subarray(valueStart, valueEnd),
    });
  }
  return count;
}

/**
 * The partitions of a data directory.
 * @throws DatabaseError CORRUPT when its list of topics is damaged; Error when there is none.
 */
export async function findPartitions(dataDirectory: string): Promise<PartitionFiles[]> {
  const directory = join(dataDirectory, 'log');
  const list = await readTopics(files, directory).catch((error: unknown) => {
    throw error;
  });
  if (list === null)
    throw new Error(`${dataDirectory} is no data directory: it has no log/topics.json`);
  const partitions: PartitionFiles[] = [];
  for (const { id, name, partitionCount, settings } of list.topics) {
    for (let partition = 0; partition < partitionCount; partition++) {
      const place = join(directory, String(id), String(partition));
      const offsets = (await files.exists(place)) ? await listSegments(files, place) : [];
      const segments = offsets.map((offset) => `${segmentStem(place, offset)}.log`);
      partitions.push({ topic: name, partition, segments, gapsAllowed: isCompacted(settings) });
    }
  }
  return partitions;
}

/** What is wrong with a partition's files, as sentences that name file and byte, and how much was looked at. */
export async function verifyPartition({
  topic,
  partition,
  segments,
  gapsAllowed,
}: PartitionFiles): Promise<{ problems: string[]; records: number; bytes: number }> {
  const problems: string[] = [];
  let records = 0;
  let bytes = 0;
  let expected: number | null = null;
  if (segments.length === 0) problems.push(`Topic ${topic} partition ${partition} has no segment.`);
  for (const path of segments) {
    const base = parseInt(path.slice(-'.log'.length - 20), 10);
    if (expected !== null && base !== expected && !(gapsAllowed && base > expected)) {
      problems.push(`${path}: begins at offset ${base} where ${expected} should follow.`);
    }
    let next: number = base;
    const summary = await inspectSegment(path, {
      batch: ({ position, baseOffset: first, lastOffset: last }) => {
        if (first !== next && !(gapsAllowed && first > next)) {
          problems.push(
            `${path}, byte ${position}: a batch begins at offset ${first} where ${next} should follow.`,
          );
        }
        next = last + 1;
      },
    });
    if (summary.damage !== null) problems.push(summary.damage);
    records += summary.records;
    bytes += summary.bytes;
    expected = next;
  }
  return { problems, records, bytes };
}
