import { isOperatorStep, statesOf } from '../operators/index.ts';
import { type PhysicalPlan, sourceSteps } from './physical-plan.ts';
import { isUnsteady } from './random-plan.ts';

/**
 * Why the state of a plan cannot be made again, exactly, by reading the same records once more; null when it can, or
 * when it has none. It can
 * where the order in which records meet is the order they have in the log: one source, whose partitions stay apart. What
 * comes of several inputs depends on what had arrived when.
 */
export function whyNotReplayable(plan: PhysicalPlan): string | null {
  const keepsState = plan.steps.some((step) => isOperatorStep(step) && statesOf(step).length > 0);
  if (!keepsState) return null;
  const [source, ...others] = sourceSteps(plan);
  if (source === undefined || others.length > 0) return 'it joins several sources';
  const counts = plan.steps.flatMap((step) =>
    step.kind === 'Repartition' ? [step.partitionCount, source.source.partitionCount] : [],
  );
  if (counts.some((count) => count > 1)) return 'it brings rows of several partitions together';
  if (plan.steps.some((step) => step.kind === 'Aggregate' && step.final !== undefined)) {
    return 'EMIT FINAL closes windows by the clock';
  }
  return isUnsteady(plan) ? 'it calls functions that give another result each time' : null;
}
