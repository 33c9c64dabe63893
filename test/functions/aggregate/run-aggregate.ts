import { expect } from 'vitest';
import type { Aggregate } from '../../../src/functions/aggregate.ts';
import type { Row, Value } from '../../../src/sql/types.ts';

/** The state over these values, in slots 1 and up, beside a slot of something else. */
export function stateOver(aggregate: Aggregate, values: readonly Value[]): Row {
  const state: Row = ['untouched', ...aggregate.initial()];
  values.forEach((value, arrival) => aggregate.add(state, 1, value, arrival));
  expect(state[0]).toBe('untouched');
  expect(state).toHaveLength(1 + aggregate.stateTypes.length);
  return state;
}

/** The result over these values. */
export function resultOver(aggregate: Aggregate, values: readonly Value[]): Value {
  return aggregate.result(stateOver(aggregate, values), 1);
}
