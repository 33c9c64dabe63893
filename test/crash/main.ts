/*
 * Kills a database under load as often as asked and checks what it holds:
 * npm run crash -- --kills 300 --seed 7
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runCrashLoop } from './harness.ts';

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '300' }, seed: { type: 'string' } },
});
const kills = Number(values.kills);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
if (!Number.isInteger(kills) || kills < 1 || !Number.isInteger(seed)) {
  throw new RangeError('--kills takes a count from 1 on, --seed an integer');
}
const directory = mkdtempSync(join(tmpdir(), 'millrace-crash-'));
console.log(`seed ${seed}, ${kills} kills, in ${directory}`);
const report = await runCrashLoop({
  directory,
  kills,
  seed,
  onCheck: ({ kills: sofar, acknowledgedRows, definitions, violations }) =>
    console.log(
      `${sofar} kills, ${acknowledgedRows} rows and ${definitions} definitions acknowledged, ${violations.length} violations`,
    ),
});
console.log(report);
if (report.violations.length > 0) {
  console.error(`The data directory and the journals are kept in ${directory}.`);
  process.exitCode = 1;
} else {
  rmSync(directory, { recursive: true });
}
