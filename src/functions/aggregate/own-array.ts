import type { Row, Value } from '../../sql/types.ts';

/** Gives a state row an array of its own in this slot (see `own` of an aggregate). */
export function ownArray(state: Row, slot: number): void {
  state[slot] = (state[slot] as Value[]).slice();
}
