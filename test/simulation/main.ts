/*
 * Runs random queries over random events through the engine and through the oracle, and compares:
 * npm run simulate -- --seeds 2000 --seed 1
 */
import { parseArgs } from 'node:util';
import { simulate } from './simulate.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '2000' },
    seed: { type: 'string' },
    failures: { type: 'string', default: '1' },
    shrink: { type: 'string', default: 'yes' },
  },
});
const seed = values.seed === undefined ? Date.now() % 1_000_000_000 : Number(values.seed);
const [seeds, failuresMax] = [Number(values.seeds), Number(values.failures)];
if (![seed, seeds, failuresMax].every((n) => Number.isInteger(n) && n >= 0)) {
  throw new RangeError('--seeds, --seed and --failures take integers');
}
console.log(`seeds ${seed} to ${seed + seeds - 1}`);
const started = performance.now();
const report = await simulate({
  seed,
  seeds,
  failuresMax,
  shrinks: values.shrink !== 'no',
  print: console.log,
});
const seconds = (performance.now() - started) / 1000;
console.log(
  `${report.cases} cases, ${report.records} records, ${report.results} results compared, ` +
    `${report.failures} wrong, in ${seconds.toFixed(1)} s`,
);
if (report.failures > 0) process.exitCode = 1;
