import type { Source } from '../catalog/source.ts';
import type { FormatSpec } from '../formats/format.ts';
import type { StepBase } from '../operators/operator.ts';
import { isOperatorStep, type OperatorStep, statesOf } from '../operators/index.ts';
import type { SqlType } from '../sql/types.ts';

/**
 * What a query runs: a flat list of steps in order, each after its inputs. Plain JSON, stored in the command log, so
 * that a later version of the engine runs a query exactly as it was planned.
 */
export interface PhysicalPlan {
  readonly version: 1;
  readonly result: 'stream' | 'table';
  readonly steps: readonly Step[];
}

export type Step = OperatorStep | SourceStep | RepartitionStep | SinkStep | ResultStep;

/** Reads the records of a stream's or table's topic. */
export interface SourceStep extends StepBase {
  readonly kind: 'Source';
  readonly source: Source;
  /** By column index: whether any step reads the column. */
  readonly needed: readonly boolean[];
  /** What a record without a usable time does; absent: as {@link failsOnInvalidTime} says. */
  readonly onInvalidTime?: OnInvalidTime;
}

/** Ends the query, or is left out and reported. */
export type OnInvalidTime = 'FAIL' | 'SKIP';

/**
 * Whether a record whose time is null, negative or unreadable ends the query. Without a word about it, only a negative
 * timestamp of the record itself does; a TIMESTAMP column often holds what was never checked.
 */
export function failsOnInvalidTime({ source, onInvalidTime }: SourceStep): boolean {
  return (onInvalidTime ?? (source.timestamp === null ? 'FAIL' : 'SKIP')) === 'FAIL';
}

/**
 * Hands rows over to the task their key belongs to: murmur2 of the serialized key modulo the count. A hand-over in
 * memory within a tick, not a topic. Steps behind it form another sub-topology.
 */
export interface RepartitionStep extends StepBase {
  readonly kind: 'Repartition';
  readonly keyFormat: FormatSpec;
  readonly partitionCount: number;
}

/** Writes rows to the topic of a stream or table; deletions of a table become tombstones. */
export interface SinkStep extends StepBase {
  readonly kind: 'Sink';
  readonly sink: Source;
}

/** Hands rows to whoever runs a transient query. */
export interface ResultStep extends StepBase {
  readonly kind: 'Result';
  readonly output: readonly ResultColumn[];
}

/** A column that a client sees. */
export interface ResultColumn {
  readonly name: string;
  readonly type: SqlType;
  /** Index in the row of the step. */
  readonly index: number;
  /** What a deletion, which has no row, still shows in this column: null for nothing. */
  readonly ofDeletion:
    | { readonly kind: 'key'; readonly index: number }
    | { readonly kind: 'windowStart' | 'windowEnd' }
    | null;
}

/** The step of an id. */
export function stepOf(plan: PhysicalPlan, id: number): Step {
  const step = plan.steps[id];
  if (step === undefined || step.id !== id) throw new RangeError(`the plan has no step ${id}`);
  return step;
}

/** The steps that take the rows of step `id`, with the input number they take them at. */
export function consumersOf(plan: PhysicalPlan, id: number): { step: Step; input: number }[] {
  return plan.steps.flatMap((step) =>
    step.inputs.flatMap((input, position) => (input === id ? [{ step, input: position }] : [])),
  );
}

/** The sources a plan reads. */
export function sourceSteps(plan: PhysicalPlan): SourceStep[] {
  return plan.steps.filter((step) => step.kind === 'Source');
}

/**
 * Numbers under which the progress and state of steps are stored: sources and tables of state, each counted from 0 in
 * plan order; the number of a step with several tables is that of its first. Unlike step ids they stay the same when CREATE OR REPLACE adds or removes a filter.
 */
export function storedNumbers(plan: PhysicalPlan): ReadonlyMap<number, number> {
  const numbers = new Map<number, number>();
  sourceSteps(plan).forEach((step, index) => numbers.set(step.id, index));
  for (const [stepId, [first]] of stateNumbers(plan)) numbers.set(stepId, first as number);
  return numbers;
}

/** By step, the numbers its tables of state are stored under. */
export function stateNumbers(plan: PhysicalPlan): ReadonlyMap<number, readonly number[]> {
  const numbers = new Map<number, number[]>();
  let next = 0;
  for (const isLast of [false, true]) {
    for (const step of plan.steps) {
      if (!isOperatorStep(step)) continue;
      for (const [index, spec] of statesOf(step).entries()) {
        if ((spec.isNumberedLast === true) !== isLast) continue;
        const own = numbers.get(step.id) ?? [];
        own[index] = next++;
        numbers.set(step.id, own);
      }
    }
  }
  return numbers;
}
