import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { STUCK_MS } from '../hang-report.ts';
import { type CrashOptions, type CrashReport, runCrashLoop } from './harness.ts';

const KILLS = Number(process.env['MILLRACE_KILLS'] ?? 100);
const SEED = Number(process.env['MILLRACE_SEED'] ?? Date.now() % 1_000_000);
/** So few that a run of the default length comes to each way to begin anew. */
const KILLS_PER_ERA = 20;
const MS_PER_KILL_MAX = 10_000;
/** A process that is stuck is explained, which takes longer than all kills should. */
const EXPLAINED_MS = 2 * STUCK_MS;

test(
  `keeps every acknowledged row once, and every view right, over ${KILLS} kills (seed ${SEED})`,
  async () => {
    const report = await crash({ kills: KILLS, killsPerEra: KILLS_PER_ERA, seed: SEED });
    expect(report.kills).toBe(KILLS);
    const eras = Math.ceil(KILLS / KILLS_PER_ERA);
    expect(report.clearings + report.freshDirectories).toBe(eras - 1);
    expect(report.acknowledgedRows).toBeGreaterThan(0);
    expect(report.compactedRecords).toBeGreaterThan(0);
  },
  KILLS * MS_PER_KILL_MAX + EXPLAINED_MS,
);

test.each([SEED, SEED + 1, SEED + 2])(
  'starts after its first starts were killed (seed %i)',
  async (seed) => {
    const report = await crash({ kills: 4, killsAtStart: 3, seed });
    expect(report.kills).toBe(4);
  },
  4 * MS_PER_KILL_MAX + EXPLAINED_MS,
);

/** Runs in a directory that is kept when something is wrong. */
async function crash(options: Omit<CrashOptions, 'directory'>): Promise<CrashReport> {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-crash-'));
  const report = await runCrashLoop({ directory, ...options });
  expect(report.violations, `seed ${options.seed}, kept in ${directory}`).toEqual([]);
  rmSync(directory, { recursive: true });
  return report;
}
