import type { Warning } from '../api/entities.ts';
import type { PhysicalPlan } from '../plan/physical-plan.ts';

/** What a query does that will not go on to be accepted, each with the way out; for the answer to its statement. */
export function warningsOf({ steps }: PhysicalPlan): Warning[] {
  return steps.flatMap((step) =>
    step.kind === 'JoinStreamStream' && !step.delayed
      ? [
          {
            message:
              `DEPRECATION NOTICE: the join with stream ${step.stream} has no GRACE PERIOD, so rows appear without a ` +
              'partner before one can come. Say how late rows may be: WITHIN ... GRACE PERIOD ....',
          },
        ]
      : [],
  );
}
