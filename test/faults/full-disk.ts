import { spawnSync } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WatchedChild } from '../watched-child.ts';
import type { SeededRandom } from './random.ts';

export type FullDiskCommand =
  | { readonly kind: 'execute'; readonly sql: string }
  | { readonly kind: 'insert'; readonly from: number; readonly count: number }
  | { readonly kind: 'read' };

export type FullDiskAnswer =
  | { readonly kind: 'ready' | 'done' }
  | { readonly kind: 'fatal'; readonly message: string }
  | {
      readonly kind: 'inserted';
      readonly acknowledged: readonly number[];
      readonly refusals: readonly string[];
    }
  | {
      readonly kind: 'rows';
      readonly source: readonly [id: number, k: string, v: number][];
      readonly filtered: readonly number[];
      readonly totals: readonly [k: string, n: number, total: number][];
    };

export interface FullDiskReport {
  readonly rounds: number;
  readonly kills: number;
  readonly acknowledged: number;
  /** Rounds in which an insert was refused for want of room. */
  readonly refused: number;
  readonly complaints: readonly string[];
}

const DISK_BYTES = 64 << 20;
const LEFT_BYTES_MAX = 64 << 10;
const CHUNK = Buffer.alloc(1 << 20, 1);
/** An insert has to be taken again so soon after there is room. */
const RECOVER_MS_MAX = 20_000;
const DEFINITIONS = `
  CREATE STREAM S (K STRING KEY, ID INT, V INT, TEXT STRING) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=2);
  CREATE STREAM BIG AS SELECT * FROM S WHERE V > 50;
  CREATE TABLE TOTALS AS SELECT K, COUNT(*) AS N, SUM(V) AS TOTAL FROM S GROUP BY K;
`;

/** A file system in memory of a few MiB: its ENOSPC is real. */
export class SmallDisk {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Null where mounting is not permitted. */
  static async mount(): Promise<SmallDisk | null> {
    const path = await mkdtemp(join(tmpdir(), 'millrace-small-'));
    const options = `size=${DISK_BYTES},mode=0700`;
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'millrace-test', path]);
    if (status === 0) return new SmallDisk(path);
    await rm(path, { recursive: true });
    return null;
  }

  /** Takes all the room but so many bytes. */
  async fill(leftBytes: number): Promise<void> {
    const file = await open(join(this.path, 'filler'), 'w');
    let bytes = 0;
    try {
      for (;;) bytes += (await file.write(CHUNK, 0, CHUNK.length, bytes)).bytesWritten;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
    await file.truncate(Math.max(0, bytes - leftBytes));
    await file.close();
  }

  async free(): Promise<void> {
    await rm(join(this.path, 'filler'), { force: true });
  }

  async unmount(): Promise<void> {
    spawnSync('umount', [this.path]);
    await rm(this.path, { recursive: true, force: true });
  }
}

/** Starts a process with a database in the directory. */
function startServer(directory: string): WatchedChild<FullDiskAnswer> {
  const path = join(import.meta.dirname, 'full-disk-child.ts');
  return new WatchedChild(path, { argv: [directory] });
}

/**
 * Fills the disk under a database again and again while rows are inserted, at another point each time, gives the room
 * back and looks whether all that was acknowledged is there once and whether the results fit; every third time the
 * process is killed while the disk is full.
 */
export async function runFullDisk(
  disk: SmallDisk,
  { rounds, random }: { readonly rounds: number; readonly random: SeededRandom },
): Promise<FullDiskReport> {
  const directory = join(disk.path, 'data');
  const acknowledged = new Set<number>();
  const complaints: string[] = [];
  let [kills, refused, nextId] = [0, 0, 0];
  let server = startServer(directory);
  const stopped = (what: string, answer: FullDiskAnswer | null): void => {
    const why = answer?.kind === 'fatal' ? `: ${answer.message}` : '';
    complaints.push(`the database stopped ${what}${why}`);
  };
  await server.answer();
  await server.answer({ kind: 'execute', sql: DEFINITIONS });
  const insert = async (count: number): Promise<readonly string[] | null> => {
    const answer = await server.answer({ kind: 'insert', from: nextId, count });
    nextId += count;
    if (answer?.kind !== 'inserted') {
      stopped('while rows were inserted', answer);
      return null;
    }
    for (const id of answer.acknowledged) acknowledged.add(id);
    return answer.refusals;
  };
  for (let round = 1; round <= rounds && complaints.length === 0; round++) {
    await insert(random.below(60));
    await disk.fill(random.below(LEFT_BYTES_MAX));
    let isRefused = false;
    for (let i = 0; i < 30 && !isRefused && complaints.length === 0; i++) {
      const refusals = await insert(20 + random.below(80));
      const other = refusals?.find((code) => code !== 'DISK_FULL');
      if (other !== undefined) complaints.push(`a row was refused with ${other}`);
      isRefused = (refusals?.length ?? 0) > 0;
    }
    if (isRefused) refused++;
    if (round % 3 === 0) {
      kills++;
      await server.kill();
      await disk.free();
      server = startServer(directory);
      const answer = await server.answer();
      if (answer?.kind !== 'ready') stopped('when it was started again', answer);
    } else await disk.free();
    if (complaints.length === 0) await untilTaken(insert, complaints);
    if (complaints.length > 0) break;
    const answer = await server.answer({ kind: 'read' });
    if (answer?.kind === 'rows') {
      complaints.push(...check(answer, acknowledged).map((text) => `round ${round}: ${text}`));
    } else stopped('while it was read', answer);
  }
  await server.kill();
  return { rounds, kills, acknowledged: acknowledged.size, refused, complaints };
}

async function untilTaken(
  insert: (count: number) => Promise<readonly string[] | null>,
  complaints: string[],
): Promise<void> {
  const start = performance.now();
  while (performance.now() - start < RECOVER_MS_MAX) {
    const refusals = await insert(1);
    if (refusals === null || refusals.length === 0) return;
  }
  complaints.push(`no row was taken within ${RECOVER_MS_MAX} ms after there was room again`);
}

function check(
  { source, filtered, totals }: FullDiskAnswer & { readonly kind: 'rows' },
  acknowledged: ReadonlySet<number>,
): string[] {
  const found: string[] = [];
  const ids = source.map(([id]) => id);
  const present = new Set(ids);
  if (present.size < ids.length) found.push(`${ids.length - present.size} rows are there twice`);
  for (const id of acknowledged) {
    if (!present.has(id)) found.push(`row ${id} was acknowledged and is gone`);
  }
  const big = source.filter(([, , v]) => v > 50).map(([id]) => id);
  if (sorted(big) !== sorted(filtered)) found.push('BIG is not what the rows say');
  const groups = [...Map.groupBy(source, ([, k]) => k)].map(([k, rows]) => {
    return [k, rows.length, rows.reduce((sum, [, , v]) => sum + v, 0)];
  });
  if (sorted(groups) !== sorted(totals)) found.push('TOTALS is not what the rows say');
  return found;
}

/** As a multiset. */
function sorted(list: readonly unknown[]): string {
  return JSON.stringify(list.map((entry) => JSON.stringify(entry)).sort());
}
