/*
 * What a bad disk can do, in five parts: every operation of six workloads fails, and the process is killed at every one
 * of them; several mishaps at once, as seeds draw them; files of every kind are damaged, so often each; the power is cut at moments of a whole process that strace
 * has recorded, LevelDB's own files included; and a real file system is full, so often.
 *
 * npm run faults -- --every 1 --random 2000 --rot 200 --traces 500 --full 60 --seed 7
 *
 * --every 0 leaves the first part out, 0 the others. --share 1/2 runs the first half of the workloads' runs only, for two
 * processes side by side. Ends with a summary and exit code 1 when anything was wrong.
 */
import { parseArgs } from 'node:util';
import { RotSubject } from './bit-rot.ts';
import { runCampaign, runRandom } from './campaign.ts';
import { runFullDisk, SmallDisk } from './full-disk.ts';
import { SeededRandom } from './random.ts';
import { momentsOf, TracedRun } from './trace.ts';

const { values } = parseArgs({
  options: {
    every: { type: 'string', default: '1' },
    share: { type: 'string', default: '1/1' },
    random: { type: 'string', default: '2000' },
    rot: { type: 'string', default: '100' },
    traces: { type: 'string', default: '0' },
    full: { type: 'string', default: '30' },
    seed: { type: 'string', default: '1' },
  },
});

/** What one part did, for the summary, and how often something was wrong. */
interface Part {
  readonly lines: readonly string[];
  readonly violations: number;
}

const seed = countOf('seed');
const parts: Part[] = [];
const startedAt = performance.now();
for (const run of [failOperations, drawMishaps, damageFiles, cutPower, fillDisk]) {
  const began = performance.now();
  const part = await run();
  if (part === null) continue;
  const [first, ...more] = part.lines;
  parts.push({ ...part, lines: [`${first} (${secondsSince(began)} s)`, ...more] });
}
const violations = parts.reduce((sum, part) => sum + part.violations, 0);
console.log(`\nSummary, seed ${seed}`);
for (const { lines } of parts) console.log(lines.join('\n  '));
console.log(`${violations} violations in ${secondsSince(startedAt)} s`);
if (violations > 0) process.exitCode = 1;

async function failOperations(): Promise<Part | null> {
  const every = countOf('every');
  if (every === 0) return null;
  const share = /^(\d+)\/(\d+)$/.exec(values.share);
  if (share === null) throw new RangeError('--share takes a part of all, such as 1/2');
  const { runs, kinds, findings } = await runCampaign({
    every,
    share: { part: Number(share[1]), of: Number(share[2]) },
    onProgress: (report, workload) =>
      console.log(
        `${workload}: ${report.runs} runs so far, ${report.findings.length} with something wrong`,
      ),
  });
  for (const { workload, mishap, complaints } of findings) {
    console.error(`${workload} ${JSON.stringify(mishap)}\n  ${complaints.join('\n  ')}`);
  }
  return {
    lines: [
      `Operations: ${runs} runs of six workloads, ${findings.length} with something wrong`,
      ...Object.entries(kinds).map(([kind, count]) => `${count} with ${kind}`),
    ],
    violations: findings.length,
  };
}

async function drawMishaps(): Promise<Part | null> {
  const count = countOf('random');
  if (count === 0) return null;
  let wrong = 0;
  for (let i = 0; i < count; i++) {
    const finding = await runRandom(seed * 1_000_000 + i);
    if (finding === null) continue;
    wrong++;
    console.error(JSON.stringify(finding));
  }
  return {
    lines: [`Random: ${count} runs of several mishaps at once, ${wrong} with something wrong`],
    violations: wrong,
  };
}

async function damageFiles(): Promise<Part | null> {
  const trials = countOf('rot');
  if (trials === 0) return null;
  const subject = await RotSubject.create();
  const random = new SeededRandom(seed);
  const lines: string[] = [];
  let silent = 0;
  let died = 0;
  for (const [kind, paths] of await subject.files()) {
    let detected = 0;
    for (let i = 0; i < trials; i++) {
      const trial = await subject.trial(paths[random.below(paths.length)] as string, random);
      if (trial.detected !== null) detected++;
      const hasDied = trial.detected?.includes('the process ended') ?? false;
      if (hasDied) died++;
      if (trial.detected === null && trial.wrong !== null) silent++;
      else if (!hasDied) continue;
      console.error(trial);
    }
    lines.push(`${kind}: ${trials} damaged, ${detected} noticed, ${trials - detected} harmless`);
    console.log(lines.at(-1));
  }
  await subject.dispose();
  const summary = `Damage: ${lines.length * trials} files, ${silent} wrong answers without a word, ${died} processes that died of it`;
  return { lines: [summary, ...lines], violations: silent + died };
}

async function cutPower(): Promise<Part | null> {
  const count = countOf('traces');
  if (count === 0) return null;
  const run = await TracedRun.record(seed);
  let crashes = 0;
  for (const [index, moment] of momentsOf(run.calls, count, seed).entries()) {
    for (const names of ['ordered', 'any'] as const) {
      const complaints = await run.crashAt(moment, index, names);
      if (complaints.length === 0) continue;
      crashes++;
      console.error({ moment, index, names, complaints });
    }
  }
  const summary = `Power cuts: ${2 * count} at moments of ${run.calls.length} traced calls, half of them with names in any order, ${crashes} with something wrong`;
  await run.close();
  return { lines: [summary], violations: crashes };
}

async function fillDisk(): Promise<Part | null> {
  const rounds = countOf('full');
  if (rounds === 0) return null;
  const disk = await SmallDisk.mount();
  if (disk === null) {
    return {
      lines: ['Full disk: NOT RUN, a tmpfs can be mounted by root only'],
      violations: 0,
    };
  }
  try {
    const report = await runFullDisk(disk, { rounds, random: new SeededRandom(seed) });
    for (const complaint of report.complaints) console.error(complaint);
    const summary = `Full disk: ${report.rounds} times, ${report.refused} with refused rows, ${report.kills} kills, ${report.acknowledged} rows acknowledged, ${report.complaints.length} with something wrong`;
    return { lines: [summary], violations: report.complaints.length };
  } finally {
    await disk.unmount();
  }
}

function countOf(name: 'every' | 'random' | 'rot' | 'traces' | 'full' | 'seed'): number {
  const count = Number(values[name]);
  if (Number.isInteger(count) && count >= 0) return count;
  throw new RangeError(`--${name} takes a count; found ${values[name]}`);
}

function secondsSince(start: number): string {
  return ((performance.now() - start) / 1000).toFixed(0);
}
