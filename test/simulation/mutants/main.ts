/*
 * Plants one bug after the other and sees how many seeds it takes to find it: npm run mutants -- --seeds 2000
 * Fails when less than 97 % are found, or when a bug cannot be planted.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { mutants } from './list.ts';
import type { Mutant } from './mutant.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '2' },
    only: { type: 'string', default: '' },
  },
});
const FOUND_SHARE_MIN = 0.97;
/** On a busy machine a run takes long; what takes longer has not found its bug. */
const TIMEOUT_MS = 900_000;

interface Verdict {
  readonly mutant: Mutant;
  readonly kind: 'found' | 'survived' | 'no end' | 'not planted';
  readonly note: string;
}

/** Runs the simulation with the bug in its own process, until the first wrong case. */
function tryMutant(mutant: Mutant): Promise<Verdict> {
  const { seeds, seed } = values;
  const child = spawn(
    process.execPath,
    [
      '--import',
      pathOf('plant.ts'),
      pathOf('../main.ts'),
      '--seeds',
      seeds,
      '--seed',
      seed,
      '--shrink',
      'no',
    ],
    { env: { ...process.env, MILLRACE_MUTANT: mutant.name }, timeout: TIMEOUT_MS },
  );
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  child.stderr.on('data', (data: Buffer) => (output += data.toString()));
  return new Promise((done) => {
    child.on('close', (code) => {
      const [, at] = /^seed (\d+):/m.exec(output) ?? [];
      if (code === 0) done({ mutant, kind: 'survived', note: '' });
      else if (at !== undefined) {
        done({ mutant, kind: 'found', note: `after ${Number(at) - Number(seed) + 1} seeds` });
      } else if (code === null)
        done({ mutant, kind: 'no end', note: `within ${TIMEOUT_MS / 1000} s` });
      else done({ mutant, kind: 'not planted', note: output.trim().split('\n').at(-1) ?? '' });
    });
  });
}

function pathOf(file: string): string {
  return join(import.meta.dirname, file);
}

const left = mutants.filter(({ name }) => name.includes(values.only));
if (left.length === 0) throw new RangeError(`no bug has a name that contains '${values.only}'`);
const count = left.length;
const verdicts: Verdict[] = [];

async function work(): Promise<void> {
  for (let mutant = left.shift(); mutant !== undefined; mutant = left.shift()) {
    const verdict = await tryMutant(mutant);
    verdicts.push(verdict);
    console.log(
      `${verdict.kind.padEnd(11)} ${mutant.name} ${verdict.note}\n            ${mutant.bug}`,
    );
  }
}

const started = performance.now();
await Promise.all(Array.from({ length: Number(values.jobs) }, work));
const found = verdicts.filter(({ kind }) => kind === 'found').length;
const unplanted = verdicts.filter(({ kind }) => kind === 'not planted');
const seconds = ((performance.now() - started) / 1000).toFixed(0);
console.log(
  `${found} of ${count} bugs found (${((100 * found) / count).toFixed(1)} %), ${unplanted.length} not planted, in ${seconds} s`,
);
if (found < FOUND_SHARE_MIN * count || unplanted.length > 0) process.exitCode = 1;
