import type { Case, QuerySpec, SourceSpec, TopicSchema } from '../case.ts';
import type { Flow } from './flow.ts';
import { keyOf, partitionOf } from './flow.ts';
import { evaluateQuery } from './query.ts';
import { sourceFlow, type TopicRecord, type TopicRecords } from './source.ts';

/** A topic as it has to be. */
export interface ExpectedTopic {
  readonly name: string;
  readonly kind: 'STREAM' | 'TABLE';
  readonly schema: TopicSchema;
  readonly records: TopicRecords;
}

/** The topics that the queries of a case write to, as they have to be. */
export function expectedTopics(input: Case): ExpectedTopic[] {
  const sources = new Map(input.sources.map((source) => [source.name, source]));
  const topics = new Map<string, TopicRecords>();
  for (const source of input.sources) topics.set(source.name, inputRecords(input, source));
  const written: string[] = [];
  for (const query of inOrderOfDependence(input.queries)) {
    const flowOf = (name: string): Flow =>
      sourceFlow(sources.get(name) as SourceSpec, topics.get(name) ?? []);
    const sourceOf = (name: string): SourceSpec => sources.get(name) as SourceSpec;
    const result = evaluateQuery(query, { flowOf, sourceOf, emitIntervalMs: input.emitIntervalMs });
    const known = sources.get(query.sink);
    // Writers of one sink take turns: its own columns count, whatever the query calls them.
    const schema = known ?? { ...result.schema, kind: result.kind, name: query.sink };
    sources.set(query.sink, schema);
    const before = topics.get(query.sink) ?? emptyTopic(input.partitionCount);
    topics.set(
      query.sink,
      withRecords(before, placed(result.records, schema, input.partitionCount)),
    );
    if (!written.includes(query.sink)) written.push(query.sink);
  }
  return written.map((name) => {
    const { kind, ...schema } = sources.get(name) as SourceSpec;
    return { name, kind, schema, records: topics.get(name) ?? [] };
  });
}

function emptyTopic(partitionCount: number): TopicRecords {
  return Array.from({ length: partitionCount }, () => []);
}

/** The records that are written to a source from outside. */
function inputRecords({ ticks, partitionCount }: Case, source: SourceSpec): TopicRecords {
  const all = ticks.flatMap((records, tick) =>
    records
      .filter((record) => record.source === source.name)
      .map(({ key, value, time, header, partition }) => {
        const ownKey = key === null ? null : keyOf(key);
        const place = partitionOf(ownKey, source.keys, source.keyFormat, partitionCount, partition);
        const read = typeof value === 'string' ? ('broken' as const) : value;
        const record: TopicRecord = { tick, time, key: ownKey, window: null, value: read, header };
        return { place, record };
      }),
  );
  return Array.from({ length: partitionCount }, (_, index) =>
    all.filter(({ place }) => place === index).map(({ record }) => record),
  );
}

/** The records in the partitions of their keys: within a tick task after task. */
function placed(
  records: readonly (readonly TopicRecord[])[],
  schema: TopicSchema,
  partitionCount: number,
): TopicRecords {
  const all = records.flatMap((fromTask, from) =>
    fromTask.map((record) => {
      const { key } = record;
      return {
        record,
        place: partitionOf(key, schema.keys, schema.keyFormat, partitionCount, from),
      };
    }),
  );
  return Array.from({ length: partitionCount }, (_, index) =>
    all
      .filter(({ place }) => place === index)
      .map(({ record }) => record)
      .toSorted((a, b) => a.tick - b.tick),
  );
}

/** Tick by tick: what is there, then what a further query adds. */
function withRecords(before: TopicRecords, added: TopicRecords): TopicRecords {
  return before.map((records, index) =>
    [...records, ...(added[index] ?? [])].toSorted((a, b) => a.tick - b.tick),
  );
}

/** Each query after those that write what it reads, else in order of creation. */
export function inOrderOfDependence(queries: readonly QuerySpec[]): readonly QuerySpec[] {
  const ordered: QuerySpec[] = [];
  const visit = (query: QuerySpec): void => {
    if (ordered.includes(query)) return;
    const reads = [query.from, ...query.joins.map(({ source }) => source)];
    for (const name of reads) for (const writer of queries) if (writer.sink === name) visit(writer);
    ordered.push(query);
  };
  queries.forEach(visit);
  return ordered;
}
