import type { ColumnSpec, SelectItem, Value } from '../case.ts';
import { evaluateOrNull, isTrue, type Row } from '../evaluate.ts';
import { allOf, type Expr } from '../expression.ts';
import { type Event, type Flow, isKeyOf, keyOf, throughPartitions } from './flow.ts';

/** WHERE on a stream keeps rows whose predicate is true; null values are dropped (5.6). */
export function filterStream(flow: Flow, predicate: Expr): Flow {
  return throughPartitions(flow, (events) =>
    events.filter(({ after }) => after !== null && isTrue(predicate, after)),
  );
}

/** WHERE or HAVING on a table: a row that was there and does not match any more is deleted (5.6). */
export function filterTable(flow: Flow, predicate: Expr): Flow {
  const matching = (row: Row | null): Row | null =>
    row !== null && isTrue(predicate, row) ? row : null;
  return throughPartitions(flow, (events) =>
    events.flatMap((event) => {
      const before = matching(event.before);
      const after = matching(event.after);
      if (flow.knowsBefore && before === null && after === null) return [];
      return [{ ...event, before, after }];
    }),
  );
}

/** New keys for a stream; PARTITION BY and joins (5.3, 6.2). */
export function withKeys(flow: Flow, keys: readonly SelectItem[]): Flow {
  const oldKeys = new Set(flow.keys.map(({ name }) => name));
  const onlyOldKeys = (expr: Expr): boolean =>
    allOf(expr).every((part) => part.kind !== 'column' || oldKeys.has(part.name));
  // By the key it has already, nothing happens: a null key is not one of nulls then.
  const isOwnKey = isKeyOf(
    keys.map(({ expr }) => expr),
    flow,
  );
  const rekeyed = throughPartitions(flow, (events) =>
    events.map((event) => {
      if (isOwnKey && event.key === null) return event;
      const values = keys.map(({ expr }): Value => {
        if (event.after !== null) return evaluateOrNull(expr, event.after);
        return onlyOldKeys(expr) ? evaluateOrNull(expr, keyRow(flow, event, expr)) : null;
      });
      return { ...event, key: keyOf(values) };
    }),
  );
  return { ...rekeyed, keys: columnsOf(keys), keySource: null };
}

/** What is known of a record without a value: its key. */
function keyRow(flow: Flow, { key }: Event, expr: Expr): Row {
  const row: Record<string, Value> = {};
  for (const part of allOf(expr)) {
    if (part.kind !== 'column') continue;
    const index = flow.keys.findIndex(({ name }) => name === part.name);
    row[`${part.source}.${part.name}`] = key?.[index] ?? null;
  }
  return row;
}

/** The columns that select items make. */
export function columnsOf(items: readonly SelectItem[]): ColumnSpec[] {
  return items.map(({ expr, as }) => ({ name: as, type: expr.type }));
}
