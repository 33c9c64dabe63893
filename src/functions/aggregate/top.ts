// Hot path: once per record.
import { DatabaseError } from '../../base/errors.ts';
import { orderOf } from '../../sql/compare.ts';
import { INTEGER, type SqlType, type Value } from '../../sql/types.ts';
import type { Aggregate, AggregateConstants, AggregateDefinition } from '../aggregate.ts';
import { ORDERED_KINDS } from './extremes.ts';
import { ownArray } from './own-array.ts';

const TOPK_KINDS: readonly SqlType['kind'][] = ['INTEGER', 'BIGINT', 'DOUBLE', 'STRING'];

/** TOPK: the k greatest values, or rows that hold them, greatest first. */
export const topk: AggregateDefinition = {
  name: 'TOPK',
  displayName: 'TOPK',
  description:
    'The k greatest values in an ARRAY, greatest first; nulls do not count. With further columns the ' +
    'elements are structs of the value (sort_col) and those columns (col0, col1, ...).',
  examples: ['SELECT user, TOPK(ms, 3), TOPK(ms, page, 3) FROM clicks GROUP BY user EMIT CHANGES;'],
  signatures: TOPK_KINDS.flatMap((kind) => [
    `TOPK(${kind} sortColumn, INTEGER k)`,
    `TOPK(${kind} sortColumn, T... columns, INTEGER k)`,
  ]),
  intermediate: 'NESTED',
  literalCount: () => 1,
  bind(argumentTypes, constants) {
    const columns = argumentTypes.slice(0, -1);
    const [type] = columns;
    if (!isK(argumentTypes.at(-1)) || !type || !TOPK_KINDS.includes(type.kind)) return null;
    const types = columns.filter((column) => column !== null);
    if (types.length < columns.length) return null;
    return types.length === 1
      ? bindValues(type, countOf('TOPK', constants))
      : bindRows(types, countOf('TOPK', constants));
  },
};

/** TOPKDISTINCT: the k greatest different values, greatest first. */
export const topkDistinct: AggregateDefinition = {
  name: 'TOPKDISTINCT',
  displayName: 'TOPKDISTINCT',
  description: 'The k greatest different values in an ARRAY, greatest first; nulls do not count.',
  examples: ['SELECT user, TOPKDISTINCT(ms, 3) FROM clicks GROUP BY user EMIT CHANGES;'],
  signatures: ORDERED_KINDS.map((kind) => `TOPKDISTINCT(${kind} value, INTEGER k)`),
  intermediate: 'NESTED',
  literalCount: () => 1,
  bind(argumentTypes, constants) {
    const [type, k] = argumentTypes;
    if (argumentTypes.length !== 2 || !isK(k) || !type) return null;
    if (!ORDERED_KINDS.includes(type.kind)) return null;
    return bindDistinct(type, countOf('TOPKDISTINCT', constants));
  },
};

function isK(type: SqlType | null | undefined): boolean {
  return type?.kind === INTEGER.kind;
}

function countOf(name: string, { literals }: AggregateConstants): number {
  const [k] = literals;
  if (typeof k === 'number' && k > 0) return k;
  throw new DatabaseError(
    'BAD_STATEMENT',
    `${name} keeps the k greatest values: k must be 1 or more, but found ${k}.`,
  );
}

type Order = (a: Value, b: Value) => number;

function bindValues(type: SqlType, countMax: number): Aggregate {
  const order = orderOf(type);
  return listOf(type, (state, slot, value) => {
    if (value !== null) insert(state[slot] as Value[], value, { order, countMax });
  });
}

/** Rows are structs whose first field decides. */
function bindRows(types: readonly SqlType[], countMax: number): Aggregate {
  const fields = types.map((type, index) => ({
    name: index === 0 ? 'sort_col' : `col${index - 1}`,
    type,
  }));
  const orderOfFirst = orderOf(types[0]!);
  const order: Order = (a, b) =>
    orderOfFirst((a as Value[])[0] as Value, (b as Value[])[0] as Value);
  return listOf({ kind: 'STRUCT', fields }, (state, slot, value) => {
    const [sortColumn] = value as Value[];
    if (sortColumn !== null) insert(state[slot] as Value[], value, { order, countMax });
  });
}

function bindDistinct(type: SqlType, countMax: number): Aggregate {
  const order = orderOf(type);
  return listOf(type, (state, slot, value) => {
    if (value === null) return;
    const values = state[slot] as Value[];
    if (values.some((seen) => order(seen, value) === 0)) return;
    insert(values, value, { order, countMax });
  });
}

/** The elements of the other list are inserted one by one, so that equal ones come after those already there. */
function listOf(element: SqlType, add: Aggregate['add']): Aggregate {
  const type: SqlType = { kind: 'ARRAY', element };
  return {
    resultType: type,
    stateTypes: [type],
    initial: () => [[]],
    own: ownArray,
    add,
    merge(state, slot, from) {
      for (const value of from[slot] as Value[]) add(state, slot, value, 0);
    },
    result: (state, slot) => state[slot]!,
  };
}

/** Keeps the list in descending order, equal values in the order they came, and no longer than allowed. */
function insert(
  values: Value[],
  value: Value,
  { order, countMax }: { order: Order; countMax: number },
): void {
  let index = values.length;
  while (index > 0 && order(value, values[index - 1] as Value) > 0) index -= 1;
  if (index >= countMax) return;
  values.splice(index, 0, value);
  if (values.length > countMax) values.pop();
}
