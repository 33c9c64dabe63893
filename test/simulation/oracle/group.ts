import type { QuerySpec, Value } from '../case.ts';
import { evaluate, evaluateOrNull, EvaluationFailure, type Row } from '../evaluate.ts';
import { allOf, type Expr, sameExpr, sqlOf, substitute } from '../expression.ts';
import type { Window } from '../payload.ts';
import { aggregateResult, type Contribution } from './aggregate-functions.ts';
import type { Event, Flow, Key } from './flow.ts';
import { isKeyOf, repartition, sameKey, throughPartitions } from './flow.ts';
import { columnsOf } from './rows.ts';

type AggregateCall = Extract<Expr, { kind: 'aggregate' }>;

/** What a query groups by and computes for each group. */
export interface Grouping {
  readonly keys: readonly Expr[];
  readonly calls: readonly AggregateCall[];
}

/** A row that goes into a group, or comes out of it. */
export interface Grouped {
  readonly tick: number;
  readonly time: number;
  readonly key: Key;
  readonly undone: Row | null;
  readonly added: Row | null;
  readonly header: string | null;
  /** Order of arrival at the task. */
  readonly arrival: number;
}

/** The grouping of a query. */
export function groupingOf(query: QuerySpec): Grouping {
  const exprs = [...query.values.map(({ expr }) => expr), ...(query.having ? [query.having] : [])];
  const calls = exprs.flatMap(allOf).filter((part) => part.kind === 'aggregate');
  return {
    keys: query.groupBy ?? [],
    calls: calls.filter((call, i) => calls.findIndex((other) => sameExpr(other, call)) === i),
  };
}

/**
 * The rows of each group, where the group belongs. Rows whose group is null or fails belong to none; a table row that
 * moves leaves its old group first (5.4, 5.5).
 */
export function grouped(
  flow: Flow,
  query: QuerySpec,
): { flow: Flow; rows: readonly (readonly Grouped[])[] } {
  const { keys } = query;
  const parts = throughPartitions(flow, (events) =>
    events.flatMap((event): readonly Event[] => {
      const before = event.before === null ? null : groupOf(keys, event.before);
      const after = event.after === null ? null : groupOf(keys, event.after);
      if (before === null && after === null) return [];
      const out = { ...event, key: before, after: null };
      const into = { ...event, key: after, before: null };
      if (before === null) return [into];
      if (after === null) return [out];
      return sameKey(before, after) ? [{ ...event, key: after }] : [out, into];
    }),
  );
  const groups = { ...parts, keys: columnsOf(keys), keySource: null };
  // Rows that are grouped by the key they have are where they belong.
  const placed = isKeyOf(
    keys.map(({ expr }) => expr),
    flow,
  )
    ? groups
    : repartition(groups, flow.keyFormat);
  const rows = placed.partitions.map((events) =>
    events.map(({ tick, time, key, before, after, header }, arrival): Grouped => {
      return { tick, time, key, undone: before, added: after, header, arrival };
    }),
  );
  return { flow: placed, rows };
}

function groupOf(keys: readonly { expr: Expr }[], row: Row): Key {
  const values = keys.map(({ expr }) => evaluateOrNull(expr, row));
  return values.includes(null) ? null : values;
}

/** The row of a group: its key, its window and the result of each aggregate over everything that happened to it. */
export function groupRow(
  { keys, calls }: Grouping,
  key: Key,
  window: Window | null,
  rows: readonly Grouped[],
): Row {
  const row: Record<string, Value> = {};
  keys.forEach((expr, index) => (row[groupColumn(expr)] = key?.[index] ?? null));
  for (const call of calls)
    row[callColumn(call)] = aggregateResult(call, contributions(call, rows));
  if (window !== null) {
    row['#.WINDOWSTART'] = BigInt(window.start);
    row['#.WINDOWEND'] = BigInt(window.end);
  }
  return row;
}

function contributions(call: AggregateCall, rows: readonly Grouped[]): Contribution[] {
  return rows.flatMap(({ undone, added, arrival }) => [
    ...(undone === null ? [] : [{ value: argument(call, undone), undo: true, arrival }]),
    ...(added === null ? [] : [{ value: argument(call, added), undo: false, arrival }]),
  ]);
}

/** A failing argument is a null argument. */
function argument({ argument: expr }: AggregateCall, row: Row): Value {
  if (expr === null) return null;
  try {
    return evaluate(expr, row);
  } catch (error) {
    if (error instanceof EvaluationFailure) return null;
    throw error;
  }
}

/** An expression of SELECT or HAVING over the row of a group. */
export function overGroup({ keys }: Grouping, expr: Expr): Expr {
  return substitute(expr, (part) => {
    if (part.kind === 'aggregate') return column(callColumn(part), part);
    if (part.kind === 'bound') return column(`#.${part.bound}`, part);
    return keys.some((key) => sameExpr(key, part)) ? column(groupColumn(part), part) : null;
  });
}

function column(path: string, { type }: Expr): Expr {
  return { kind: 'column', source: '#', name: path.slice(2), type };
}

function groupColumn(expr: Expr): string {
  return `#.group ${sqlOf(expr, true)}`;
}

function callColumn(expr: Expr): string {
  return `#.${sqlOf(expr, true)}`;
}

/** The latest event time among rows. */
export function latest(rows: readonly { readonly time: number }[]): number {
  return Math.max(...rows.map(({ time }) => time));
}

/** A change of a group as it flows on. */
export function groupEvent(
  { tick, key, header }: Grouped,
  change: { time: number; window: Window | null; before: Row | null; after: Row | null },
): Event {
  return { tick, key, header, ...change };
}
