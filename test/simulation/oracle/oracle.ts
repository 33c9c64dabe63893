import type { Case, QuerySpec, SourceSpec, TopicSchema } from '../case.ts';
import type { Flow } from './flow.ts';
import { keyOf, partitionOf } from './flow.ts';
import type { Observed } from './observed.ts';
import { evaluateQuery } from './query.ts';
import { sourceFlow, type TopicRecord, type TopicRecords } from './source.ts';

/** A topic as it has to be. */
export interface ExpectedTopic {
  readonly name: string;
  readonly kind: 'STREAM' | 'TABLE';
  readonly schema: TopicSchema;
  readonly records: TopicRecords;
}

/**
 * The topics that the queries of a case write to, as they have to be.
 * @param observed null when the engine processes the records of a tick at once. Else it ends ticks and rounds where it likes,
 *   which may show in two ways only: in the turns that several tasks take who write to one partition; and, for queries that
 *   read such topics, or results beside something else, in what was there to read when it was their turn.
 */
export function expectedTopics(input: Case, observed: Observed | null = null): ExpectedTopic[] {
  const sources = new Map(input.sources.map((source) => [source.name, source]));
  const topics = new Map<string, TopicRecords>();
  for (const source of input.sources) topics.set(source.name, inputRecords(input, source));
  const written: string[] = [];
  /** Topics that several tasks have written to in turns, and what depends on the turns. */
  const shared = new Set<string>();
  const parts = new Map<string, TopicRecords[]>();
  for (const query of inOrderOfDependence(input.queries)) {
    const place = input.queries.indexOf(query);
    const dependsOnTicks = observed !== null && isOpen(query, { written, shared });
    if (dependsOnTicks) shared.add(query.sink);
    const flowOf = (name: string): Flow => {
      const records = topics.get(name) ?? [];
      const read = dependsOnTicks
        ? asRead(records, { topic: name, query: place, observed })
        : records;
      return sourceFlow(sources.get(name) as SourceSpec, read);
    };
    const sourceOf = (name: string): SourceSpec => sources.get(name) as SourceSpec;
    const result = evaluateQuery(query, { flowOf, sourceOf, emitIntervalMs: input.emitIntervalMs });
    const known = sources.get(query.sink);
    // Writers of one sink take turns: its own columns count, whatever the query calls them.
    const schema = known ?? { ...result.schema, kind: result.kind, name: query.sink };
    sources.set(query.sink, schema);
    const own = result.records.map((records, from) =>
      placed(records, { schema, partitionCount: input.partitionCount, from }),
    );
    const all = [...(parts.get(query.sink) ?? []), ...own];
    parts.set(query.sink, all);
    const topic = { name: query.sink, kind: result.kind, schema };
    topics.set(
      query.sink,
      Array.from({ length: input.partitionCount }, (_, partition) => {
        const lists = all.map((part) => part[partition] ?? []).filter(({ length }) => length > 0);
        if (lists.length > 1) shared.add(query.sink);
        const inTurns = observed?.inTurns(topic, partition, lists) ?? null;
        return inTurns ?? lists.flat().toSorted((a, b) => a.tick - b.tick);
      }),
    );
    if (!written.includes(query.sink)) written.push(query.sink);
  }
  return written.map((name) => {
    const { kind, ...schema } = sources.get(name) as SourceSpec;
    return { name, kind, schema, records: topics.get(name) ?? [] };
  });
}

/**
 * Whether the results of a query depend on where the ticks of others end: it reads results beside something else, or what
 * several tasks have written in turns.
 */
function isOpen(
  { from, joins }: QuerySpec,
  { written, shared }: { written: readonly string[]; shared: ReadonlySet<string> },
): boolean {
  const reads = [...new Set([from, ...joins.map(({ source }) => source)])];
  const isMixed = reads.length > 1 && reads.some((name) => written.includes(name));
  return isMixed || reads.some((name) => shared.has(name));
}

/** The records of a topic in the ticks in which a query has read them. */
function asRead(
  records: TopicRecords,
  { topic, query, observed }: { topic: string; query: number; observed: Observed },
): TopicRecords {
  return records.map((list, partition) =>
    list.map((record, index) => {
      return { ...record, tick: observed.tickRead(query, { topic, partition, index }) };
    }),
  );
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

/** The records of a task in the partitions of their keys. */
function placed(
  records: readonly TopicRecord[],
  { schema, partitionCount, from }: { schema: TopicSchema; partitionCount: number; from: number },
): TopicRecords {
  const places = records.map(({ key }) =>
    partitionOf(key, schema.keys, schema.keyFormat, partitionCount, from),
  );
  return Array.from({ length: partitionCount }, (_, index) =>
    records.filter((_record, i) => places[i] === index),
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
