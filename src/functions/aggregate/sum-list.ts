// Hot path: once per record.
import type { SqlType, Value } from '../../sql/types.ts';
import type { Aggregate, AggregateDefinition } from '../aggregate.ts';
import { summation, type Step } from './sum.ts';

/** SUM_LIST: the elements of all arrays added up, in the type of the elements. */
export const sumList: AggregateDefinition = {
  name: 'SUM_LIST',
  displayName: 'sum_list',
  description:
    'The sum of all elements of all arrays; null arrays and null elements do not count and nothing ' +
    'adds up to 0. INTEGER and BIGINT wrap around on overflow.',
  examples: ['SELECT user, SUM_LIST(basket) FROM orders GROUP BY user EMIT CHANGES;'],
  signatures: [
    'sum_list(ARRAY<INTEGER> list)',
    'sum_list(ARRAY<BIGINT> list)',
    'sum_list(ARRAY<DOUBLE> list)',
  ],
  intermediate: 'SCALAR',
  bind(argumentTypes) {
    const [type] = argumentTypes;
    if (argumentTypes.length !== 1 || type?.kind !== 'ARRAY') return null;
    return type.element.kind === 'DECIMAL' ? null : bindSumList(type.element);
  },
};

function bindSumList(element: SqlType): Aggregate | null {
  const steps = summation(element);
  if (steps === null) return null;
  const { add, undo } = steps;
  return {
    resultType: element,
    stateTypes: [element],
    initial: () => [0],
    add(state, slot, value) {
      state[slot] = fold(add, state[slot]!, value as Value[] | null);
    },
    undo(state, slot, value) {
      state[slot] = fold(undo, state[slot]!, value as Value[] | null);
    },
    merge(state, slot, from) {
      state[slot] = add(state[slot]!, from[slot]!);
    },
    result: (state, slot) => state[slot]!,
  };
}

function fold(step: Step, start: Value, list: readonly Value[] | null): Value {
  let sum = start;
  for (const element of list ?? []) if (element !== null) sum = step(sum, element);
  return sum;
}
