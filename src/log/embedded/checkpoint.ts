import { join } from 'node:path';
import { crc32c } from '../../base/crc32c.ts';
import type { FileSystem } from '../../base/env.ts';
import type { ProducerState } from './producers.ts';
import type { TransactionsSnapshot } from './transactions.ts';

const FILE_NAME = 'checkpoint.json';

/**
 * What a partition knew at one offset when everything below it was on disk. Opening starts from here instead of
 * reading the whole log. It is written about every 16 MiB and on closing; without it the log is read from its start.
 */
export interface Checkpoint {
  readonly offset: number;
  readonly transactions: TransactionsSnapshot;
  /** When the segments were written to; missing in checkpoints of earlier versions, like what follows. */
  readonly segments?: readonly SegmentTimes[];
  /** Below it compaction has looked at every key. */
  readonly cleanedOffset?: number;
  readonly producers?: readonly ProducerState[];
}

/** When the first and the last record of a segment were written, ms since the epoch. */
export interface SegmentTimes {
  readonly baseOffset: number;
  readonly first: number;
  readonly last: number;
}

/** Replaces the checkpoint of the partition in `directory`; durable when it resolves. */
export async function writeCheckpoint(
  files: FileSystem,
  directory: string,
  checkpoint: Checkpoint,
): Promise<void> {
  const body = JSON.stringify(checkpoint);
  const file = JSON.stringify({ crc32c: crc32c(Buffer.from(body)), body });
  await files.replaceFile(join(directory, FILE_NAME), Buffer.from(file));
}

/** The checkpoint of the partition; null when there is none or it is not what was written. */
export async function readCheckpoint(
  files: FileSystem,
  directory: string,
): Promise<Checkpoint | null> {
  const path = join(directory, FILE_NAME);
  if (!(await files.exists(path))) return null;
  const bytes = await files.readFile(path);
  try {
    const file = JSON.parse(bytes.toString()) as { crc32c: number; body: string };
    if (crc32c(Buffer.from(file.body)) !== file.crc32c) return null;
    return JSON.parse(file.body) as Checkpoint;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
}
