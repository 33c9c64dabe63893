import { windowsPerRow } from '../sql/window.ts';
import type { PhysicalPlan } from './physical-plan.ts';

/** How many entries of state one record may change in a step: hopping windows put a row into many. */
export function fanOutOf(plan: PhysicalPlan): number {
  const counts = plan.steps.map((step) => {
    if (step.kind !== 'Aggregate' || step.window?.kind !== 'HOPPING') return 1;
    const { sizeMs, advanceMs = sizeMs } = step.window;
    return windowsPerRow(sizeMs, advanceMs);
  });
  return Math.max(1, ...counts);
}
