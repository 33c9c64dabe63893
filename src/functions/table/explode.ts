// Hot path: once per record.
import type { Value } from '../../sql/types.ts';
import type { TableFunctionDefinition } from '../table-function.ts';

const NO_VALUES: readonly Value[] = [];

/** EXPLODE: one row per element, null elements too. */
export const explode: TableFunctionDefinition = {
  name: 'EXPLODE',
  displayName: 'explode',
  description: 'One row per element of an ARRAY; none for an empty ARRAY or null.',
  examples: ['SELECT order_id, EXPLODE(items) AS item FROM orders EMIT CHANGES;'],
  signatures: ['explode(ARRAY<DECIMAL> input)', 'explode(ARRAY<T> list)'],
  bind([type, ...more]) {
    if (type?.kind !== 'ARRAY' || more.length > 0) return null;
    return {
      resultType: type.element,
      expand: ([list]) => (list as Value[] | null) ?? NO_VALUES,
    };
  },
};
