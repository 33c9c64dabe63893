// Hot path: once per record.
import { DatabaseError } from '../../base/errors.ts';
import { BIGINT, type SqlType, type Value } from '../../sql/types.ts';
import type { Aggregate, AggregateConstants, AggregateDefinition } from '../aggregate.ts';
import { ownArray } from './own-array.ts';

type End = 'EARLIEST' | 'LATEST';

/** EARLIEST_BY_OFFSET: what arrived first. */
export const earliestByOffset: AggregateDefinition = byOffset({
  end: 'EARLIEST',
  description:
    'The value that arrived first, or the first n in an ARRAY; nulls do not count unless ignoreNulls ' +
    'is false.',
});

/** LATEST_BY_OFFSET: what arrived last. */
export const latestByOffset: AggregateDefinition = byOffset({
  end: 'LATEST',
  description:
    'The value that arrived last, or the last n in an ARRAY, the oldest of them first; nulls do not ' +
    'count unless ignoreNulls is false.',
});

function byOffset({ end, description }: { end: End; description: string }): AggregateDefinition {
  const name = `${end}_BY_OFFSET`;
  return {
    name,
    displayName: name,
    description,
    examples: [
      `SELECT user, ${name}(page), ${name}(page, 3) FROM clicks GROUP BY user EMIT CHANGES;`,
    ],
    signatures: [
      `${name}(T value)`,
      `${name}(T value, BOOLEAN ignoreNulls)`,
      `${name}(T value, INTEGER n)`,
      `${name}(T value, INTEGER n, BOOLEAN ignoreNulls)`,
    ],
    intermediate: 'NESTED',
    literalCount: (argumentTypes) => Math.max(0, argumentTypes.length - 1),
    bind(argumentTypes, { literals }) {
      const [type, ...options] = argumentTypes;
      const kinds = options.map((option) => option?.kind).join(' ');
      if (!type || !OPTION_KINDS.includes(kinds)) return null;
      // Of the literals a count is a number and ignoreNulls a boolean, so they cannot be mixed up.
      const ignoresNulls = !literals.includes(false);
      if (options[0]?.kind !== 'INTEGER') return bindOne(type, { end, ignoresNulls });
      return bindSeveral(type, { end, ignoresNulls, countMax: countOf(name, literals) });
    },
  };
}

const OPTION_KINDS: readonly string[] = ['', 'BOOLEAN', 'INTEGER', 'INTEGER BOOLEAN'];

function countOf(name: string, [n]: AggregateConstants['literals']): number {
  if (typeof n === 'number' && n > 0) return n;
  throw new DatabaseError(
    'BAD_STATEMENT',
    `${name} keeps n values: n must be 1 or more, but found ${n}.`,
  );
}

/** Two slots: the arrival number of the value, null as long as there is none, and the value. */
function bindOne(
  type: SqlType,
  { end, ignoresNulls }: { end: End; ignoresNulls: boolean },
): Aggregate {
  const keepsFirst = end === 'EARLIEST';
  return {
    resultType: type,
    stateTypes: [BIGINT, type],
    initial: () => [null, null],
    add(state, slot, value, arrival) {
      if ((value === null && ignoresNulls) || (keepsFirst && state[slot] !== null)) return;
      state[slot] = arrival;
      state[slot + 1] = value;
    },
    merge(state, slot, from) {
      const [mine, other] = [state[slot] as number | null, from[slot] as number | null];
      if (other === null) return;
      if (mine !== null && (keepsFirst ? mine <= other : mine >= other)) return;
      state[slot] = other;
      state[slot + 1] = from[slot + 1]!;
    },
    result: (state, slot) => state[slot + 1]!,
  };
}

/** Two slots: the arrival numbers, ascending, and the values. */
function bindSeveral(
  type: SqlType,
  options: { end: End; ignoresNulls: boolean; countMax: number },
): Aggregate {
  const { end, ignoresNulls, countMax } = options;
  const keepsFirst = end === 'EARLIEST';
  const listType: SqlType = { kind: 'ARRAY', element: type };
  return {
    resultType: listType,
    stateTypes: [{ kind: 'ARRAY', element: BIGINT }, listType],
    initial: () => [[], []],
    own(state, slot) {
      ownArray(state, slot);
      ownArray(state, slot + 1);
    },
    add(state, slot, value, arrival) {
      const arrivals = state[slot] as number[];
      const values = state[slot + 1] as Value[];
      if ((value === null && ignoresNulls) || (keepsFirst && values.length === countMax)) return;
      arrivals.push(arrival);
      values.push(value);
      if (values.length <= countMax) return;
      arrivals.shift();
      values.shift();
    },
    merge(state, slot, from) {
      const arrivals = [...(state[slot] as number[]), ...(from[slot] as number[])];
      const values = [...(state[slot + 1] as Value[]), ...(from[slot + 1] as Value[])];
      const order = [...arrivals.keys()].sort((a, b) => arrivals[a]! - arrivals[b]!);
      // The dialect keeps what came first here, for LATEST_BY_OFFSET too.
      const kept = order.slice(0, countMax);
      state[slot] = kept.map((index) => arrivals[index]!);
      state[slot + 1] = kept.map((index) => values[index]!);
    },
    result: (state, slot) => state[slot + 1]!,
  };
}
