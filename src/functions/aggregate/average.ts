// Hot path: once per record.
import { BIGINT, DOUBLE, type SqlType } from '../../sql/types.ts';
import type { Aggregate, AggregateDefinition } from '../aggregate.ts';
import { summation } from './sum.ts';

/**
 * AVG: the sum (in the type of the argument, so an INTEGER sum wraps at 32 bits as the dialect has it) and the
 * count, each in a slot of its own.
 */
export const average: AggregateDefinition = {
  name: 'AVG',
  displayName: 'avg',
  description:
    'The mean of the values as a DOUBLE; nulls do not count, and it is 0.0 without values. The sum ' +
    'behind it has the type of the argument and wraps like SUM.',
  examples: ['SELECT page, AVG(ms) FROM clicks GROUP BY page EMIT CHANGES;'],
  intermediate: 'NESTED',
  signatures: ['avg(INTEGER value)', 'avg(BIGINT value)', 'avg(DOUBLE value)'],
  bind(argumentTypes) {
    const [type] = argumentTypes;
    if (argumentTypes.length !== 1 || type === undefined || type === null) return null;
    return type.kind === 'DECIMAL' ? null : bindAverage(type);
  },
};

function bindAverage(type: SqlType): Aggregate | null {
  const steps = summation(type);
  if (steps === null) return null;
  const { add, undo } = steps;
  return {
    resultType: DOUBLE,
    stateTypes: [type, BIGINT],
    initial: () => [0, 0],
    add(state, slot, value) {
      if (value === null) return;
      state[slot] = add(state[slot]!, value);
      state[slot + 1] = (state[slot + 1] as number) + 1;
    },
    undo(state, slot, value) {
      if (value === null) return;
      state[slot] = undo(state[slot]!, value);
      state[slot + 1] = (state[slot + 1] as number) - 1;
    },
    merge(state, slot, from) {
      state[slot] = add(state[slot]!, from[slot]!);
      state[slot + 1] = (state[slot + 1] as number) + (from[slot + 1] as number);
    },
    result(state, slot) {
      const count = state[slot + 1] as number;
      return count === 0 ? 0 : Number(state[slot]) / count;
    },
  };
}
