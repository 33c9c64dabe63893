import type { Mutant } from './mutant.ts';

/** Bugs in tasks, hand-overs, reading and writing. */
export const taskMutants: readonly Mutant[] = [
  {
    name: 'handover-stays',
    file: 'src/runtime/topology.ts',
    text: 'const target = count === 1 ? 0 : this.#partitionOf(change.key, count, from);',
    replacement: 'const target = from;',
    bug: 'rows with a new key stay in the partition they come from',
  },
  {
    name: 'handover-by-partition',
    file: 'src/runtime/task-input.ts',
    text: 'if (head !== undefined && (best < 0 || head.time < bestTime)) {',
    replacement: 'if (head !== undefined && best < 0) {',
    bug: 'rows handed over are taken partition by partition, not by time',
  },
  {
    name: 'handover-last-tie',
    file: 'src/runtime/task-input.ts',
    text: 'if (head !== undefined && (best < 0 || head.time < bestTime)) {',
    replacement: 'if (head !== undefined && (best < 0 || head.time <= bestTime)) {',
    bug: 'of rows handed over at one time the last partition goes first',
  },
];
