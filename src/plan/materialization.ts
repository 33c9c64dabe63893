import type { FormatSpec } from '../formats/format.ts';
import type { AggregateStep } from '../operators/aggregate-step.ts';
import type { FilterTableStep } from '../operators/filter-table.ts';
import type { MaterializeStep } from '../operators/materialize.ts';
import type { SelectStep } from '../operators/select.ts';
import type { Column } from '../sql/schema.ts';
import {
  consumersOf,
  type PhysicalPlan,
  type Step,
  stepOf,
  storedNumbers,
} from './physical-plan.ts';

/** Where pull queries on a table find its rows: the state of one step, and the steps to apply to what is read. */
export interface Materialization extends Partitioning {
  readonly step: AggregateStep | MaterializeStep;
  /** The number its state is stored under. */
  readonly stateNumber: number;
  /** From the state to the sink. */
  readonly chain: readonly (FilterTableStep | SelectStep)[];
}

/** The materialization of a table query; null when its result is not kept in state. */
export function materializationOf(plan: PhysicalPlan): Materialization | null {
  if (plan.result !== 'table') return null;
  const step = plan.steps.findLast((s) => s.kind === 'Aggregate' || s.kind === 'Materialize');
  if (step === undefined) return null;
  const chain: (FilterTableStep | SelectStep)[] = [];
  for (let at: Step = step; ;) {
    const next: Step | undefined = consumersOf(plan, at.id)[0]?.step;
    if (next === undefined || next.kind === 'Sink') break;
    if (next.kind !== 'FilterTable' && next.kind !== 'Select') return null;
    chain.push(next);
    at = next;
  }
  const stateNumber = storedNumbers(plan).get(step.id) ?? 0;
  return { step, stateNumber, chain, ...partitioningOf(plan, step) };
}

/** How the task that holds a key is found. */
interface Partitioning {
  readonly keyFormat: FormatSpec;
  readonly partitionCount: number;
  /** The key columns as they were when rows were placed. */
  readonly placedKeys: readonly Column[];
  /** For each key column of the state, which of `placedKeys` it is. */
  readonly placedIndexes: readonly number[];
}

/** Follows the rows of a step up to the source or repartition that placed them. */
function partitioningOf(plan: PhysicalPlan, from: Step): Partitioning {
  let placedIndexes: readonly number[] = from.schema.keys.map((_, index) => index);
  for (let step = from; ;) {
    const placedKeys = step.schema.keys;
    if (step.kind === 'Repartition') {
      const { keyFormat, partitionCount } = step;
      return { keyFormat, partitionCount, placedKeys, placedIndexes };
    }
    if (step.kind === 'Source') {
      const { keyFormat, partitionCount } = step.source;
      return { keyFormat, partitionCount, placedKeys, placedIndexes };
    }
    if (step.kind === 'Select') {
      const { keys } = step;
      placedIndexes = placedIndexes.map((index) => keys[index] as number);
    }
    step = stepOf(plan, step.inputs[0] ?? -1);
  }
}
