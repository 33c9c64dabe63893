import { knownFunctions } from '../functions/known-functions.ts';
import type { PhysicalPlan } from './physical-plan.ts';

/** Whether a plan calls a function such as UUID(), whose results differ from one run of the plan to another. */
export function isRandom({ steps }: PhysicalPlan): boolean {
  return callsRandom(steps);
}

/** Plans are plain JSON: every call in it is found, wherever it stands. */
function callsRandom(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false;
  const { kind, name, overload } = node as Readonly<Record<string, unknown>>;
  if (kind === 'call' && typeof name === 'string' && typeof overload === 'number') {
    if (knownFunctions.scalars.get(name)?.overloads[overload]?.needs === 'RANDOM') return true;
  }
  return Object.values(node).some(callsRandom);
}
