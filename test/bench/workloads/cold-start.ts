import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { median } from '../meter.ts';
import { ServerProcess } from '../server-process.ts';

const STARTS = 5;
const IDLE_MS = 2_000;

export interface ColdStartReport {
  readonly starts: number;
  /** From starting the process until /healthcheck says healthy. */
  readonly medianMs: number;
  readonly slowestMs: number;
  /** Median; null where the system does not tell. */
  readonly idleResidentBytes: number | null;
}

/**
 * START: a server over an empty data directory: how long until it is healthy, and what memory it holds when nothing
 * has happened for two seconds.
 * @param directory for the data directories.
 */
export async function measureColdStart(directory: string): Promise<ColdStartReport> {
  const times: number[] = [];
  const residents: number[] = [];
  for (let i = 0; i < STARTS; i++) {
    const startedAt = performance.now();
    const server = await ServerProcess.start(join(directory, `start-${i}`));
    try {
      await expectHealthy(server.url);
      times.push(performance.now() - startedAt);
      await delay(IDLE_MS);
      const bytes = await server.residentBytes();
      if (bytes !== null) residents.push(bytes);
    } finally {
      await server.stop();
    }
  }
  return {
    starts: STARTS,
    medianMs: median(times),
    slowestMs: Math.max(...times),
    idleResidentBytes: residents.length === 0 ? null : median(residents),
  };
}

async function expectHealthy(url: string): Promise<void> {
  const response = await fetch(`${url}/healthcheck`);
  const body = (await response.json()) as { isHealthy?: boolean };
  if (body.isHealthy !== true) throw new Error(`/healthcheck says ${JSON.stringify(body)}`);
}
