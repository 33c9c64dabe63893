import { knownFunctions } from '../functions/known-functions.ts';
import type { PhysicalPlan } from './physical-plan.ts';

/** Whether a plan calls a function such as UUID(), whose results differ from one run of the plan to another. */
export function isRandom({ steps }: PhysicalPlan): boolean {
  return calls(steps, ['RANDOM']);
}

/** The same of functions whose results depend on when they are called as well. */
export function isUnsteady({ steps }: PhysicalPlan): boolean {
  return calls(steps, ['RANDOM', 'TIME']);
}

/** Plans are plain JSON: every call in it is found, wherever it stands. */
function calls(node: unknown, needs: readonly ('RANDOM' | 'TIME')[]): boolean {
  if (typeof node !== 'object' || node === null) return false;
  const { kind, name, overload } = node as Readonly<Record<string, unknown>>;
  if (kind === 'call' && typeof name === 'string' && typeof overload === 'number') {
    const needed = knownFunctions.scalars.get(name)?.overloads[overload]?.needs;
    if (needed !== undefined && needs.includes(needed)) return true;
  }
  return Object.values(node).some((part) => calls(part, needs));
}
