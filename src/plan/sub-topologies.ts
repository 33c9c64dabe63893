import { assert } from '../base/assert.ts';
import { type PhysicalPlan, type Step, stepOf } from './physical-plan.ts';

/**
 * Steps that run in the same tasks: connected by inputs, cut behind every repartition. Each has one task per
 * partition of its inputs.
 */
export interface SubTopology {
  readonly index: number;
  readonly partitionCount: number;
  readonly steps: readonly Step[];
}

/** Cuts a plan into sub-topologies, each after those it takes rows from. */
export function subTopologies(plan: PhysicalPlan): SubTopology[] {
  const groupOf = new Map<number, number>();
  for (const step of plan.steps) {
    const joined = step.inputs.flatMap((id) => {
      const group = groupOf.get(id);
      return group === undefined || stepOf(plan, id).kind === 'Repartition' ? [] : [group];
    });
    const group = joined[0] ?? step.id;
    groupOf.set(step.id, group);
    // A join connects what were two groups so far.
    for (const other of joined) {
      for (const [id, old] of groupOf) if (old === other) groupOf.set(id, group);
    }
  }
  // A repartition's consumers come later in the list, so the order of last steps is an order of dependence.
  const groups = Map.groupBy(plan.steps, (step) => groupOf.get(step.id) as number);
  const ordered = [...groups.values()].sort((a, b) => lastId(a) - lastId(b));
  return ordered.map((steps, index) => {
    return { index, steps, partitionCount: partitionCountOf(plan, steps) };
  });
}

/**
 * Where the rows of a sub-topology come from, in the order in which inputs go first when their times are equal: the
 * left side of a join before the right one, with all that stands behind it.
 * @returns ids of sources, and of the repartitions it takes rows from.
 */
export function inputOrder(plan: PhysicalPlan, { steps }: SubTopology): number[] {
  const inside = new Set(steps.map(({ id }) => id));
  const ordered = new Set<number>();
  const visit = (id: number): void => {
    const step = stepOf(plan, id);
    if (!inside.has(id) || step.kind === 'Source') ordered.add(id);
    else for (const input of step.inputs) visit(input);
  };
  for (const { id } of steps.toReversed()) visit(id);
  return [...ordered];
}

function lastId(steps: readonly Step[]): number {
  return steps.at(-1)?.id ?? 0;
}

function partitionCountOf(plan: PhysicalPlan, steps: readonly Step[]): number {
  const counts = steps.flatMap((step) => {
    if (step.kind === 'Source') return [step.source.partitionCount];
    return step.inputs.flatMap((id) => {
      const input = stepOf(plan, id);
      return input.kind === 'Repartition' ? [input.partitionCount] : [];
    });
  });
  const [count] = counts;
  assert(count !== undefined, 'a sub-topology has an input');
  assert(
    counts.every((other) => other === count),
    'the inputs of a sub-topology have equal partition counts',
  );
  return count;
}
