import { open } from 'node:fs/promises';
import { availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { type Events, parseEvent } from './events.ts';
import { perSecond, quantile } from './meter.ts';

const PARSED_EVENTS_MAX = 200_000;
const PARSE_ROUNDS = 5;
const SYNCS = 200;
const SYNCED_BYTES = 4096;

/** What a figure must be read with. */
export interface Calibration {
  readonly node: string;
  readonly system: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryBytes: number;
  /** `JSON.parse` of the benchmark's events from bytes, on one core; the best of five rounds. */
  readonly parsesPerSecond: number;
  /** `fdatasync` after an append of 4 KiB, in the directory of the benchmark. */
  readonly syncP50Ms: number;
}

/** Looks at the machine and measures what it can do. */
export async function calibrate(events: Events, directory: string): Promise<Calibration> {
  return {
    node: process.version,
    system: `${platform()} ${release()}`,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    parsesPerSecond: parseRate(events),
    syncP50Ms: await syncLatency(join(directory, 'sync-probe')),
  };
}

function parseRate(events: Events): number {
  const count = Math.min(events.count, PARSED_EVENTS_MAX);
  let best = 0;
  for (let round = 0; round < PARSE_ROUNDS; round++) {
    const startedAt = performance.now();
    for (let i = 0; i < count; i++) parseEvent(events, i);
    best = Math.max(best, perSecond(count, performance.now() - startedAt));
  }
  return best;
}

async function syncLatency(path: string): Promise<number> {
  await using file = await open(path, 'w');
  const bytes = Buffer.alloc(SYNCED_BYTES, 'x');
  const times: number[] = [];
  for (let i = 0; i < SYNCS; i++) {
    await file.write(bytes);
    const startedAt = performance.now();
    await file.datasync();
    times.push(performance.now() - startedAt);
  }
  return quantile(times, 0.5);
}
