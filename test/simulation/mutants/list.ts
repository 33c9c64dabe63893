import { aggregateMutants } from './aggregate-mutants.ts';
import { joinMutants } from './join-mutants.ts';
import type { Mutant } from './mutant.ts';
import { roundMutants } from './round-mutants.ts';
import { rowMutants } from './row-mutants.ts';
import { taskMutants } from './task-mutants.ts';
import { windowMutants } from './window-mutants.ts';

/** Every bug that is planted, one at a time. */
export const mutants: readonly Mutant[] = [
  ...rowMutants,
  ...aggregateMutants,
  ...windowMutants,
  ...joinMutants,
  ...taskMutants,
  ...roundMutants,
];
