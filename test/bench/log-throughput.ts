/*
 * The log beside raw files: the same bytes appended and read, in the same run.
 * npm run bench:log -- --records 2000000 --rounds 3
 */
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { nodeEnv } from '../../src/base/env-node.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { openEmbeddedLog } from '../../src/log/embedded/embedded-log.ts';
import type { Log, Partition } from '../../src/log/log.ts';
import { RecordBatchWriter } from '../../src/log/record-batch.ts';
import { RecordCursor } from '../../src/log/record-cursor.ts';

const BATCH_BYTES = 256 << 10;
/** Bytes between two syncs of both: what a tick under load writes at once. */
const SYNC_BYTES = 4 << 20;
const READ_BYTES = 1 << 20;

const { values: flags } = parseArgs({
  options: {
    records: { type: 'string', default: '2000000' },
    rounds: { type: 'string', default: '3' },
    directory: { type: 'string', default: tmpdir() },
  },
});

/** Seconds. */
interface Time {
  readonly wall: number;
  /** Of the process: what other processes of the machine do counts less here. */
  readonly cpu: number;
}

interface Round {
  readonly append: Time;
  readonly appendReady: Time;
  readonly read: Time;
  readonly scan: Time;
  readonly rawAppend: Time;
  readonly rawRead: Time;
  readonly bytes: number;
}

for (const recordBytes of [100, 1_000]) {
  const count = Math.floor((Number(flags.records) * 100) / recordBytes);
  const rounds: Round[] = [];
  for (let i = 0; i < Number(flags.rounds); i++) rounds.push(await runRound(recordBytes, count));
  report(recordBytes, count, rounds);
}

async function runRound(recordBytes: number, count: number): Promise<Round> {
  const directory = await mkdtemp(join(flags.directory, 'millrace-log-bench-'));
  try {
    const log = await openLog(directory);
    const topic = await log.createTopic({
      name: 'events',
      partitionCount: 1,
      cleanupPolicy: 'delete',
    });
    const partition = topic.partitions[0]!;
    const append = await seconds(() => appendAll(partition, recordBytes, count));
    await log.close();
    const reopened = await openLog(directory);
    const again = reopened.topic('events')!.partitions[0]!;
    const batches = await readBatches(again);
    const second = await reopened.createTopic({
      name: 'copy',
      partitionCount: 1,
      cleanupPolicy: 'delete',
    });
    const appendReady = await seconds(() => appendBatches(second.partitions[0]!, batches));
    const bytes = batches.reduce((sum, batch) => sum + batch.length, 0);
    const read = await seconds(() => readAll(again));
    const scan = await seconds(() => scanRecords(again, count));
    await reopened.close();
    const path = join(directory, 'raw');
    const rawAppend = await seconds(() => writeRaw(path, batches));
    const rawRead = await seconds(() => readRaw(path, bytes));
    return { append, appendReady, read, scan, rawAppend, rawRead, bytes };
  } finally {
    await rm(directory, { recursive: true });
  }
}

function openLog(directory: string): Promise<Log> {
  return openEmbeddedLog({
    directory: join(directory, 'log'),
    env: nodeEnv(),
    logger: silentLogger,
    recovery: { durableEndOffset: () => undefined, decide: () => 'abort' },
  });
}

/** Encoding included: from key and value to bytes on disk, one sync for every 4 MiB. */
async function appendAll(partition: Partition, recordBytes: number, count: number): Promise<void> {
  const writer = new RecordBatchWriter();
  const key = Buffer.from('key-0000');
  const value = Buffer.alloc(recordBytes - key.length, 'v');
  let unsynced = 0;
  let syncing: Promise<void> | null = null;
  writer.begin();
  const finish = (): void => {
    const batch = writer.finish();
    unsynced += batch.length;
    partition.append(batch);
    writer.begin();
  };
  for (let i = 0; i < count; i++) {
    writer.appendEncoded(1_700_000_000_000 + i, key, 0, key.length, value, 0, value.length);
    if (writer.sizeBytes < BATCH_BYTES) continue;
    finish();
    if (unsynced < SYNC_BYTES) continue;
    unsynced = 0;
    // The next are encoded while these are written.
    await syncing;
    syncing = partition.sync();
  }
  if (writer.count > 0) finish();
  await syncing;
  await partition.sync();
}

/** Nothing encoded: the same bytes, and as many at once, as `writeRaw` writes. */
async function appendBatches(partition: Partition, batches: readonly Buffer[]): Promise<void> {
  let unsynced = 0;
  for (const batch of batches) {
    partition.append(batch);
    unsynced += batch.length;
    if (unsynced < SYNC_BYTES) continue;
    unsynced = 0;
    await partition.sync();
  }
  await partition.sync();
}

async function readBatches(partition: Partition): Promise<Buffer[]> {
  const batches: Buffer[] = [];
  for (let offset = 0; offset < partition.endOffset;) {
    const read = await partition.read({ offset, bytesMax: READ_BYTES, isolation: 'committed' });
    batches.push(...read.batches);
    offset = read.nextOffset;
  }
  return batches;
}

/** Reads as `readRaw` does: nothing is kept. */
async function readAll(partition: Partition): Promise<void> {
  for (let offset = 0; offset < partition.endOffset;) {
    const options = { offset, bytesMax: READ_BYTES, isolation: 'committed' } as const;
    offset = (await partition.read(options)).nextOffset;
  }
}

/** Every record is looked at, with its key and value. */
async function scanRecords(partition: Partition, count: number): Promise<void> {
  const cursor = new RecordCursor();
  let seen = 0;
  let bytes = 0;
  let reading = partition.read({ offset: 0, bytesMax: READ_BYTES, isolation: 'committed' });
  for (;;) {
    const { batches, nextOffset } = await reading;
    const isLast = nextOffset >= partition.endOffset;
    // What comes next is read meanwhile, as a reader of a backlog does.
    if (!isLast) {
      reading = partition.read({
        offset: nextOffset,
        bytesMax: READ_BYTES,
        isolation: 'committed',
      });
    }
    for (const batch of batches) {
      cursor.reset(batch);
      while (cursor.next()) {
        seen++;
        bytes += cursor.valueEnd - cursor.keyStart;
      }
    }
    if (isLast) break;
  }
  if (seen !== count || bytes === 0) throw new Error(`${seen} records read of ${count}`);
}

async function writeRaw(path: string, batches: readonly Buffer[]): Promise<void> {
  const file = await open(path, 'w');
  let position = 0;
  let group: Buffer[] = [];
  let bytes = 0;
  const flush = async (): Promise<void> => {
    await file.writev(group, position);
    await file.datasync();
    position += bytes;
    group = [];
    bytes = 0;
  };
  for (const batch of batches) {
    group.push(batch);
    bytes += batch.length;
    if (bytes >= SYNC_BYTES) await flush();
  }
  if (group.length > 0) await flush();
  await file.close();
}

async function readRaw(path: string, bytes: number): Promise<void> {
  const file = await open(path, 'r');
  for (let at = 0; at < bytes; at += READ_BYTES) {
    await file.read(Buffer.allocUnsafe(READ_BYTES), 0, READ_BYTES, at);
  }
  await file.close();
}

async function seconds(work: () => Promise<void>): Promise<Time> {
  const start = performance.now();
  const cpuStart = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(cpuStart);
  return { wall: (performance.now() - start) / 1_000, cpu: (user + system) / 1e6 };
}

function report(recordBytes: number, count: number, rounds: readonly Round[]): void {
  const median = (pick: (round: Round) => Time): Time =>
    rounds.map(pick).sort((a, b) => a.wall - b.wall)[Math.floor(rounds.length / 2)]!;
  const megabytes = rounds[0]!.bytes / 1e6;
  const line = (name: string, { wall, cpu }: Time, raw: Time | null): string => {
    const rate = `${(count / wall / 1e6).toFixed(2)} M records/s`;
    const speed = `${(megabytes / wall).toFixed(0)} MB/s`;
    const work = `${(count / cpu / 1e6).toFixed(2)} M records per CPU s`;
    const ratio = raw === null ? '' : `${(raw.wall / wall).toFixed(2)} x raw`;
    return `  ${name.padEnd(28)}${rate.padStart(18)}${speed.padStart(11)}${work.padStart(28)}${ratio.padStart(12)}`;
  };
  console.log(`${count} records of ${recordBytes} bytes, ${megabytes.toFixed(0)} MB`);
  const rawAppend = median((round) => round.rawAppend);
  const rawRead = median((round) => round.rawRead);
  console.log(line('raw file, write and sync', rawAppend, null));
  console.log(
    line(
      'log, encode, append, sync',
      median((round) => round.append),
      rawAppend,
    ),
  );
  console.log(
    line(
      'log, append batches, sync',
      median((round) => round.appendReady),
      rawAppend,
    ),
  );
  console.log(line('raw file, read', rawRead, null));
  console.log(
    line(
      'log, read batches',
      median((round) => round.read),
      rawRead,
    ),
  );
  console.log(
    line(
      'log, read and walk records',
      median((round) => round.scan),
      rawRead,
    ),
  );
}
