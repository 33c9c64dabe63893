import type { Row } from '../evaluate.ts';
import type { Event } from './flow.ts';
import { sameKey } from './flow.ts';
import { type JoinContext, joinedRow } from './join.ts';

const LEFT = 0;
const RIGHT = 1;

/** Each change of either table against the row the other has for the key (6.6). */
export function joinTableTable(
  inputs: readonly { readonly input: number; readonly event: Event }[],
  context: JoinContext,
): readonly Event[] {
  const { type } = context.spec;
  return inputs.flatMap(({ input, event }, index) => {
    const ofKey = inputs.slice(0, index).filter(({ event: row }) => sameKey(row.key, event.key));
    const own = ofKey.findLast((earlier) => earlier.input === input)?.event.after ?? null;
    const last = ofKey.findLast((earlier) => earlier.input !== input);
    const other = last?.event.after ?? null;
    const time = other === null ? event.time : Math.max(event.time, last?.event.time ?? 0);
    const before = resultOf(own);
    const after = resultOf(event.after);
    const change = { ...event, time, before, after };
    const nothingHere = own === null && event.after === null;
    if (type === 'INNER' && other === null) return [];
    // The side that must be there for a result.
    const needed = type === 'LEFT' ? LEFT : type === 'RIGHT' ? RIGHT : null;
    if (needed !== null && needed !== input && other === null) return [];
    if (nothingHere && other === null) return [];
    return [change];

    function resultOf(mine: Row | null): Row | null {
      const [left, right] = input === LEFT ? [mine, other] : [other, mine];
      if (left === null && right === null) return null;
      if (left === null && (type === 'INNER' || type === 'LEFT')) return null;
      if (right === null && (type === 'INNER' || type === 'RIGHT')) return null;
      return joinedRow(left, right, context);
    }
  });
}
