/*
 * Makes every operation of six workloads fail, one at a time, and kills the process at every one of them; then damages
 * files of every kind, so often each:
 * with --traces, cuts the power at moments of a whole process that strace has recorded:
 * npm run faults -- --every 1 --rot 200 --traces 500 --seed 7
 */
import { parseArgs } from 'node:util';
import { RotSubject } from './bit-rot.ts';
import { runCampaign } from './campaign.ts';
import { SeededRandom } from './random.ts';
import { momentsOf, TracedRun } from './trace.ts';

const { values } = parseArgs({
  options: {
    every: { type: 'string', default: '1' },
    rot: { type: 'string', default: '100' },
    traces: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
  },
});
const every = Number(values.every);
if (!Number.isInteger(every) || every < 1) throw new RangeError('--every takes a count from 1 on');
const startedAt = performance.now();
const report = await runCampaign({
  every,
  onProgress: ({ runs, findings }, workload) =>
    console.log(`${workload}: ${runs} runs so far, ${findings.length} with something wrong`),
});
for (const { workload, mishap, complaints } of report.findings) {
  console.error(`${workload} ${JSON.stringify(mishap)}\n  ${complaints.join('\n  ')}`);
}
const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
console.log(`${report.runs} runs in ${seconds} s, ${report.findings.length} with something wrong`);
const subject = await RotSubject.create();
const seed = Number(values.seed);
const random = new SeededRandom(seed);
let silent = 0;
for (const [kind, paths] of await subject.files()) {
  let detected = 0;
  for (let i = 0; i < Number(values.rot); i++) {
    const trial = await subject.trial(paths[random.below(paths.length)] as string, random);
    if (trial.detected !== null) detected++;
    else if (trial.wrong !== null) {
      silent++;
      console.error(trial);
    }
  }
  console.log(`${kind}: ${values.rot} damaged, ${detected} detected`);
}
await subject.dispose();
console.log(`${silent} wrong answers without a word`);
let crashes = 0;
if (Number(values.traces) > 0) {
  const run = await TracedRun.record(seed);
  for (const [index, moment] of momentsOf(run.calls, Number(values.traces), seed).entries()) {
    for (const names of ['ordered', 'any'] as const) {
      const complaints = await run.crashAt(moment, index, names);
      if (complaints.length === 0) continue;
      crashes++;
      console.error({ moment, index, names, complaints });
    }
  }
  run.close();
  console.log(`${2 * Number(values.traces)} power cuts, ${crashes} with something wrong`);
}
if (report.findings.length > 0 || silent > 0 || crashes > 0) process.exitCode = 1;
