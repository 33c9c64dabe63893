import type { Case } from './case.ts';
import { describeCase } from './describe.ts';
import { caseOf } from './generate/case.ts';
import { runCase } from './run.ts';
import { shrink } from './shrink.ts';

/** Cases between two lines that say how far it has come. */
const PROGRESS_EVERY = 5_000;

export interface SimulateOptions {
  /** The first seed. */
  readonly seed: number;
  /** How many seeds, from the first on. */
  readonly seeds: number;
  /** Ends after so many wrong cases. */
  readonly failuresMax: number;
  /** Whether wrong cases are made smaller before they are printed. */
  readonly shrinks: boolean;
  readonly print: (line: string) => void;
}

export interface SimulateReport {
  readonly cases: number;
  /** Records written. */
  readonly records: number;
  /** Records of results compared. */
  readonly results: number;
  readonly failures: number;
}

/** Runs one case for each seed; prints what is wrong, shrunk to something readable. */
export async function simulate(options: SimulateOptions): Promise<SimulateReport> {
  const { seed: first, seeds, failuresMax, shrinks, print } = options;
  let [cases, records, results, failures] = [0, 0, 0, 0];
  for (let seed = first; seed < first + seeds && failures < failuresMax; seed++) {
    const input = caseOf(seed);
    const outcome = await runCase(input);
    cases++;
    records += input.ticks.flat().length;
    results += outcome.results;
    if (cases % PROGRESS_EVERY === 0) print(`${cases} cases, the last of seed ${seed}`);
    if (outcome.problem === null) continue;
    failures++;
    const shown = shrinks ? await shrink(input, problemOf) : input;
    print(`seed ${seed}: ${(await problemOf(shown)) ?? outcome.problem}\n${describeCase(shown)}\n`);
  }
  return { cases, records, results, failures };
}

async function problemOf(input: Case): Promise<string | null> {
  return (await runCase(input)).problem;
}
