/*
 * Kills a database under load as often as asked and checks what it holds; with --jobs, several databases side by side
 * that share the kills, each with a seed of its own; with --era, another count of kills after which it begins anew:
 * npm run crash -- --kills 2000 --jobs 2 --seed 7
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type CrashReport, runCrashLoop } from './harness.ts';
import { KILLS_PER_ERA } from './schedule.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '300' },
    jobs: { type: 'string', default: '1' },
    era: { type: 'string', default: String(KILLS_PER_ERA) },
    seed: { type: 'string' },
  },
});
const kills = Number(values.kills);
const jobs = Number(values.jobs);
const killsPerEra = Number(values.era);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
if (![kills, jobs, killsPerEra].every(isCount) || !Number.isInteger(seed)) {
  throw new RangeError('--kills, --jobs and --era take a count from 1 on, --seed an integer');
}
const startedAt = performance.now();
const reports = await Promise.all(
  Array.from({ length: jobs }, (_, job) => {
    const share = Math.floor(kills / jobs) + (job < kills % jobs ? 1 : 0);
    return share === 0 ? [] : [runJob(share, seed + job)];
  }).flat(),
);
const sum = (pick: (report: CrashReport) => number): number =>
  reports.reduce((total, report) => total + pick(report), 0);
console.log(reports);
const violations = sum((report) => report.violations.length);
console.log(`
Summary, seeds ${seed} to ${seed + jobs - 1}
${sum((report) => report.kills)} kills, ${sum((report) => report.killsInRecovery)} of them before the process was ready
${sum((report) => report.attemptedRows)} rows sent, ${sum((report) => report.acknowledgedRows)} acknowledged
${sum((report) => report.clearings)} times everything dropped (${sum((report) => report.killsInClearing)} kills before that was done), ${sum((report) => report.freshDirectories)} fresh directories
${sum((report) => report.definitions)} definitions acknowledged, ${sum((report) => report.compactedRecords)} records compacted away
${Math.max(...reports.map((report) => report.recoveryMsMax)).toFixed(0)} ms the longest recovery
${sum((report) => report.checks)} checks, ${violations} violations, ${((performance.now() - startedAt) / 1_000).toFixed(0)} s`);
if (violations > 0) process.exitCode = 1;

async function runJob(share: number, jobSeed: number): Promise<CrashReport> {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-crash-'));
  console.log(`seed ${jobSeed}, ${share} kills, in ${directory}`);
  const report = await runCrashLoop({
    directory,
    kills: share,
    killsPerEra,
    seed: jobSeed,
    onCheck: ({ kills: sofar, seconds, acknowledgedRows, definitions, violations: found }) =>
      console.log(
        `seed ${jobSeed}: ${sofar} kills, ${acknowledgedRows} rows and ${definitions} definitions acknowledged, ${found.length} violations, ${seconds} s`,
      ),
  });
  if (report.violations.length === 0) rmSync(directory, { recursive: true });
  else console.error(`The data directory and the journals are kept in ${directory}.`);
  return report;
}

function isCount(number: number): boolean {
  return Number.isInteger(number) && number >= 1;
}
