import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCrashLoop } from './harness.ts';

const KILLS = Number(process.env['MILLRACE_KILLS'] ?? 50);
const SEED = Number(process.env['MILLRACE_SEED'] ?? Date.now() % 1_000_000);
const MS_PER_KILL_MAX = 5_000;

test(
  `keeps every acknowledged row once, and every view right, over ${KILLS} kills (seed ${SEED})`,
  async () => {
    const directory = mkdtempSync(join(tmpdir(), 'millrace-crash-'));
    const report = await runCrashLoop({ directory, kills: KILLS, seed: SEED });
    expect(report.violations, `seed ${SEED}, kept in ${directory}`).toEqual([]);
    expect(report.kills).toBe(KILLS);
    expect(report.acknowledgedRows).toBeGreaterThan(0);
    rmSync(directory, { recursive: true });
  },
  KILLS * MS_PER_KILL_MAX,
);
