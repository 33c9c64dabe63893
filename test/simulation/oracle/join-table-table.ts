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
    const last = inputs
      .slice(0, index)
      .findLast((earlier) => earlier.input !== input && sameKey(earlier.event.key, event.key));
    const other = last?.event.after ?? null;
    const time = other === null ? event.time : Math.max(event.time, last?.event.time ?? 0);
    const before = resultOf(event.before);
    const after = resultOf(event.after);
    const change = { ...event, time, before, after };
    const nothingHere = event.before === null && event.after === null;
    if (type === 'INNER' && other === null) return [];
    // The side that must be there for a result.
    const needed = type === 'LEFT' ? LEFT : type === 'RIGHT' ? RIGHT : null;
    if (needed !== null && needed !== input && other === null) return [];
    if (nothingHere && other === null) return [];
    return [change];

    function resultOf(own: Row | null): Row | null {
      const [left, right] = input === LEFT ? [own, other] : [other, own];
      if (left === null && right === null) return null;
      if (left === null && (type === 'INNER' || type === 'LEFT')) return null;
      if (right === null && (type === 'INNER' || type === 'RIGHT')) return null;
      return joinedRow(left, right, context);
    }
  });
}
