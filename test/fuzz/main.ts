/*
 * Gives servers broken SQL, requests, bytes and WebSocket frames, each for so many seconds:
 * npm run fuzz -- --seconds 45 --seed 7 --target sql
 */
import { parseArgs } from 'node:util';
import { fuzz } from './run.ts';
import { TARGETS } from './targets.ts';

const HELD_UP_MS_MAX = 1_000;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    target: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
if (!(seconds > 0)) throw new RangeError('--seconds takes a number above 0');
const targets = TARGETS.filter(({ name }) => (values.target ?? name) === name);
if (targets.length === 0) {
  throw new RangeError(`--target takes one of ${TARGETS.map(({ name }) => name).join(', ')}`);
}
let count = 0;
for (const target of targets) {
  const options = { target, seconds, seed: Number(values.seed), heldUpMsMax: HELD_UP_MS_MAX };
  const { attempts, heldUpMs, findings } = await fuzz(options);
  console.log(
    `${target.name}: ${attempts} inputs, held up for at most ${heldUpMs} ms, ${findings.length} findings`,
  );
  for (const finding of findings) console.error(`  ${finding}`);
  count += findings.length;
}
process.exitCode = count === 0 ? 0 : 1;
