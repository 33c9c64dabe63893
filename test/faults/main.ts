/*
 * Makes every operation of six workloads fail, one at a time, and kills the process at every one of them:
 * npm run faults -- --every 1
 */
import { parseArgs } from 'node:util';
import { runCampaign } from './campaign.ts';

const { values } = parseArgs({ options: { every: { type: 'string', default: '1' } } });
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
if (report.findings.length > 0) process.exitCode = 1;
