import type { ColumnSpec, QuerySpec, SelectItem, SourceSpec, TopicSchema, Value } from '../case.ts';
import { evaluateOrNull, type Row } from '../evaluate.ts';
import { aggregate } from './aggregate.ts';
import type { Event, Flow } from './flow.ts';
import { groupingOf, overGroup } from './group.ts';
import { joined } from './join.ts';
import { columnsOf, filterStream, filterTable, withKeys } from './rows.ts';
import type { TopicRecord } from './source.ts';

/** What a query puts out: rows of its sink by the partition of the task they come from. */
export interface QueryResult {
  readonly schema: TopicSchema;
  readonly kind: 'STREAM' | 'TABLE';
  readonly records: readonly (readonly TopicRecord[])[];
}

/** Evaluates a query over everything its sources have ever held. */
export function evaluateQuery(
  query: QuerySpec,
  {
    flowOf,
    sourceOf,
    emitIntervalMs,
  }: {
    readonly flowOf: (name: string) => Flow;
    readonly sourceOf: (name: string) => SourceSpec;
    /** Closed windows are looked for so often at most. */
    readonly emitIntervalMs: number;
  },
): QueryResult {
  let flow = joined(query, flowOf, sourceOf);
  if (query.where !== null) {
    flow = flow.kind === 'TABLE' ? filterTable(flow, query.where) : filterStream(flow, query.where);
  }
  const { partitionBy, groupBy } = query;
  if (partitionBy !== null) flow = withKeys(flow, query.keys);
  let values = query.values;
  if (groupBy !== null) {
    const grouping = groupingOf(query);
    flow = aggregate(flow, query, emitIntervalMs);
    values = values.map(({ expr, as }) => ({ expr: overGroup(grouping, expr), as }));
    if (query.having !== null) flow = filterTable(flow, overGroup(grouping, query.having));
  }
  const records = flow.partitions.map((events) => events.map((event) => projected(event, values)));
  return { schema: sinkSchema(query, flowOf(query.from)), kind: flow.kind, records };
}

function projected(
  { tick, time, key, window, after, header }: Event,
  values: readonly SelectItem[],
): TopicRecord {
  const value =
    after === null ? null : values.map(({ expr }): Value => evaluateOrNull(expr, after as Row));
  return { tick, time, key, window, value, header };
}

function sinkSchema(query: QuerySpec, from: Flow): TopicSchema {
  const keys: ColumnSpec[] = columnsOf(query.keys);
  const { window } = query;
  return {
    keys,
    values: columnsOf(query.values),
    keyFormat: query.keyFormat ?? from.keyFormat,
    ...(window === null
      ? {}
      : { windowed: { sizeMs: window.kind === 'SESSION' ? null : window.sizeMs } }),
  };
}
