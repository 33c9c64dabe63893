// Hot path: once per record.
import { orderOf } from '../../sql/compare.ts';
import type { SqlType } from '../../sql/types.ts';
import type { Aggregate, AggregateDefinition } from '../aggregate.ts';

/** The kinds of type whose values have an order. */
export const ORDERED_KINDS: readonly SqlType['kind'][] = [
  'INTEGER',
  'BIGINT',
  'DOUBLE',
  'DECIMAL',
  'DATE',
  'TIME',
  'TIMESTAMP',
  'STRING',
  'BYTES',
];

/** MIN: null until there is a value. It cannot be undone: the next smallest is not kept. */
export const minimum: AggregateDefinition = {
  name: 'MIN',
  displayName: 'MIN',
  description: 'The smallest value; nulls do not count, and it is null without values.',
  examples: ['SELECT user, MIN(ms) FROM clicks GROUP BY user EMIT CHANGES;'],
  intermediate: 'SCALAR',
  signatures: ORDERED_KINDS.map((kind) => `MIN(${kind} value)`),
  bind: (argumentTypes) => bindExtreme(argumentTypes, -1),
};

/** MAX: null until there is a value. It cannot be undone: the next largest is not kept. */
export const maximum: AggregateDefinition = {
  name: 'MAX',
  displayName: 'MAX',
  description: 'The largest value; nulls do not count, and it is null without values.',
  examples: ['SELECT user, MAX(ms) FROM clicks GROUP BY user EMIT CHANGES;'],
  intermediate: 'SCALAR',
  signatures: ORDERED_KINDS.map((kind) => `MAX(${kind} value)`),
  bind: (argumentTypes) => bindExtreme(argumentTypes, 1),
};

function bindExtreme(
  argumentTypes: readonly (SqlType | null)[],
  direction: 1 | -1,
): Aggregate | null {
  const [type] = argumentTypes;
  if (argumentTypes.length !== 1 || type === undefined || type === null) return null;
  if (!ORDERED_KINDS.includes(type.kind)) return null;
  const compare = orderOf(type);
  const take: Aggregate['add'] = (state, slot, value) => {
    if (value === null) return;
    const best = state[slot]!;
    if (best === null || compare(value, best) * direction > 0) state[slot] = value;
  };
  return {
    resultType: type,
    stateTypes: [type],
    initial: () => [null],
    add: take,
    merge: (state, slot, from) => take(state, slot, from[slot]!, 0),
    result: (state, slot) => state[slot]!,
  };
}
