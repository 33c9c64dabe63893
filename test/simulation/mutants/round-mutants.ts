import type { Mutant } from './mutant.ts';

/** Bugs in rounds and in where ticks end: only a backlog that is worked off in small portions shows them. */
export const roundMutants: readonly Mutant[] = [
  {
    name: 'round-without-horizon',
    file: 'src/runtime/topology.ts',
    text: 'horizon = Math.min(horizon, task.horizon(rowsMax));',
    replacement: 'task.horizon(rowsMax);',
    bug: 'a source runs ahead of the others, as far as it was read',
  },
  {
    name: 'round-horizon-of-one-task',
    file: 'src/runtime/topology.ts',
    text: 'horizon = Math.min(horizon, task.horizon(rowsMax));',
    replacement: 'horizon = task.horizon(rowsMax);',
    bug: 'the tasks of a query go as far as the last of them is known',
  },
  {
    name: 'task-horizon-of-one-input',
    file: 'src/runtime/task.ts',
    text: 'for (const input of this.inputs) horizon = Math.min(horizon, input.horizon(rowsMax));',
    replacement: 'for (const input of this.inputs) horizon = input.horizon(rowsMax);',
    bug: 'the inputs of a task go as far as the last of them is known',
  },
  {
    name: 'horizon-behind-what-was-decoded',
    file: 'src/runtime/task-input.ts',
    text: 'if (!more) return Infinity;',
    replacement: 'return Infinity;',
    bug: 'what was decoded of a source counts as all of it',
  },
  {
    name: 'tie-behind-what-was-decoded',
    file: 'src/runtime/task-input.ts',
    text: 'while (this.#index === this.#changes.length || this.#mustReadOn()) {',
    replacement: 'while (this.#index === this.#changes.length) {',
    bug: 'rows of one time, of which some are not decoded yet, let those of other sources go ahead',
  },
  {
    name: 'cut-unnoticed',
    file: 'src/runtime/tick-ends.ts',
    text: 'return end !== undefined && end < (this.#seen.get(partition) ?? partition.stableEndOffset);',
    replacement: 'return false;',
    bug: 'where another query stopped counts as the end of a source',
  },
  {
    name: 'tick-ends-within-round',
    file: 'src/runtime/topology.ts',
    text: 'const isWhole = this.sources.length > 1;',
    replacement: 'const isWhole = false;',
    bug: 'a tick ends when some tasks have had their part of a round and others have not',
  },
  {
    name: 'tick-over-before-it-began',
    file: 'src/runtime/task.ts',
    text: 'return limit.recordsLeft <= 0 || (limit.hasTaken && clock.monotonic() >= limit.deadline);',
    replacement: 'return limit.recordsLeft <= 0 || clock.monotonic() >= limit.deadline;',
    bug: 'the share of a tick can be over before anything was taken',
  },
  {
    name: 'take-skips-what-is-left',
    file: 'src/runtime/task-input.ts',
    text: 'this.position = next === undefined ? this.#nextOffset : next.offset;',
    replacement: 'this.position = this.#nextOffset;',
    bug: 'what was decoded and not taken counts as processed',
  },
  {
    name: 'handover-outlives-tick',
    file: 'src/runtime/topology.ts',
    text: 'const over: WorkLimit = { recordsLeft: 0, deadline: -Infinity, hasTaken: true };',
    replacement: 'const over = limit;',
    bug: 'further rows are taken while those that were handed over are drained',
  },
];
