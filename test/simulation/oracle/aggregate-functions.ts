import type { ColumnType, Value } from '../case.ts';
import type { Expr } from '../expression.ts';

/** One thing that happened to a group: a value came in, or was taken back because its row changed. */
export interface Contribution {
  readonly value: Value;
  readonly undo: boolean;
  /** Order of arrival among all rows of the task. */
  readonly arrival: number;
}

type AggregateCall = Extract<Expr, { kind: 'aggregate' }>;

/** The result of an aggregate over all that happened to its group (3.8, 5.11). */
export function aggregateResult(call: AggregateCall, all: readonly Contribution[]): Value {
  const some = all.filter(({ value }) => value !== null);
  switch (call.function) {
    case 'COUNT':
      return countOf(call.argument === null ? all : some);
    case 'SUM':
      return sumOf(some, call.type);
    case 'AVG':
      return average(some, call.argument?.type ?? 'BIGINT');
    case 'MIN':
      return ascending(some)[0] ?? null;
    case 'MAX':
      return ascending(some).at(-1) ?? null;
    case 'COLLECT_LIST':
      return collected(all);
    case 'COLLECT_SET':
      return [...new Set(all.map(({ value }) => value))];
    case 'HISTOGRAM':
      return histogram(all);
    case 'EARLIEST_BY_OFFSET':
      return byArrival(some)[0] ?? null;
    case 'LATEST_BY_OFFSET':
      return byArrival(some).at(-1) ?? null;
    case 'TOPK':
      return ascending(some)
        .toReversed()
        .slice(0, call.count ?? 0);
    case 'TOPKDISTINCT':
      return [...new Set(ascending(some).toReversed())].slice(0, call.count ?? 0);
  }
}

function countOf(all: readonly Contribution[]): bigint {
  return BigInt(all.filter(({ undo }) => !undo).length - all.filter(({ undo }) => undo).length);
}

function sumOf(some: readonly Contribution[], type: ColumnType): bigint {
  let sum = 0n;
  for (const { value, undo } of some) sum += undo ? -(value as bigint) : (value as bigint);
  return BigInt.asIntN(type === 'INTEGER' ? 32 : 64, sum);
}

function average(some: readonly Contribution[], type: ColumnType): number {
  const count = countOf(some);
  return count === 0n ? 0 : Number(sumOf(some, type)) / Number(count);
}

function ascending(some: readonly Contribution[]): Value[] {
  return some
    .map(({ value }) => value)
    .sort((a, b) => ((a as bigint) < (b as bigint) ? -1 : a === b ? 0 : 1));
}

/** A value that is taken back leaves from its last place. */
function collected(all: readonly Contribution[]): Value[] {
  const list: Value[] = [];
  for (const { value, undo } of all) {
    const last = list.lastIndexOf(value);
    if (!undo) list.push(value);
    else if (last >= 0) list.splice(last, 1);
  }
  return list;
}

function histogram(all: readonly Contribution[]): ReadonlyMap<Value, bigint> {
  const keys = [...new Set(all.map(({ value }) => value))];
  const counts = keys.map((key): [Value, bigint] => [
    key,
    countOf(all.filter(({ value }) => value === key)),
  ]);
  return new Map(counts.filter(([, count]) => count !== 0n));
}

function byArrival(some: readonly Contribution[]): Value[] {
  return some.toSorted((a, b) => a.arrival - b.arrival).map(({ value }) => value);
}
