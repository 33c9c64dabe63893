import type { RunningQuery, SourceDescription } from '../api/entities.ts';
import type { Catalog, QueryInfo } from '../catalog/catalog.ts';
import type { Source } from '../catalog/source.ts';
import { sourceSteps, storedNumbers } from '../plan/physical-plan.ts';
import type { Services } from './executor.ts';
import { fieldsOf } from './fields.ts';
import type { World } from './world.ts';

/** A source as DESCRIBE shows it; runtime figures only when `extended`. */
export function describeSource(
  source: Source,
  { world, services, extended }: { world: World; services: Services; extended: boolean },
): SourceDescription {
  const { catalog } = world;
  const { name, schema } = source;
  const readers = catalog.readersOf(name);
  const writers = catalog.writersOf(name);
  return {
    name,
    windowType: schema.window?.kind ?? null,
    readQueries: readers.map((query) => runningQuery(query, catalog, services)),
    writeQueries: writers.map((query) => runningQuery(query, catalog, services)),
    fields: fieldsOf(schema),
    type: source.kind,
    timestamp: source.timestamp?.column ?? '',
    statistics: extended ? statisticsOf(writers, services) : '',
    errorStats: extended ? errorsOf(source, [...readers, ...writers], services) : '',
    extended,
    keyFormat: source.keyFormat.name,
    valueFormat: source.valueFormat.name,
    topic: source.topic,
    partitions: extended ? source.partitionCount : 0,
    replication: extended ? 1 : 0,
    statement: source.sql,
    queryOffsetSummaries: extended ? readers.map((q) => offsetsOf(q, source, services)) : [],
    sourceConstraints: readers.flatMap(({ writes }) => (writes === null ? [] : [writes])),
    clusterStatistics: [],
    clusterErrorStats: [],
  };
}

/** A persistent query as SHOW QUERIES lists it. */
export function runningQuery(
  query: QueryInfo,
  catalog: Catalog,
  { runner }: Services,
): RunningQuery {
  const state = runner.query(query.id)?.state ?? 'ERROR';
  const sink = query.writes === null ? null : catalog.source(query.writes);
  return {
    queryString: query.sql,
    sinks: query.writes === null ? [] : [query.writes],
    sinkKafkaTopics: sink === null ? [] : [sink.topic],
    id: query.id,
    statusCount: { [state]: 1 },
    queryType: query.kind === 'CST' ? 'CREATE_SOURCE' : 'PERSISTENT',
    state,
  };
}

function statisticsOf(writers: readonly QueryInfo[], { runner }: Services): string {
  return writers
    .map(({ id }) => {
      const totals = runner.query(id)?.totals;
      if (totals === undefined) return `${id}: not running`;
      return `${id}: ${totals.recordsOut} records out in ${totals.ticks} ticks, ${totals.lateRecords} late records`;
    })
    .join('\n');
}

/** Counts of the source and of the queries around it, since each was created. */
function errorsOf(
  source: Source,
  queries: readonly QueryInfo[],
  { processingLog, runner, log }: Services,
): string {
  const topicId = log.topic(source.topic)?.id;
  const unreadable =
    topicId === undefined ? 0 : processingLog.unreadableCount(source.name, topicId);
  const lines = unreadable === 0 ? [] : [`${unreadable} records could not be read`];
  for (const id of new Set(queries.map((query) => query.id))) {
    const totals = runner.query(id)?.totals;
    if (totals === undefined || totals.unreadable + totals.rowErrors === 0) continue;
    lines.push(`${id}: ${totals.unreadable} records left out, ${totals.rowErrors} errors in rows`);
  }
  return lines.join('\n');
}

/** How far a query has read a source: its position beside the ends of the log. */
function offsetsOf(
  query: QueryInfo,
  source: Source,
  { runner, log }: Services,
): SourceDescription['queryOffsetSummaries'][number] {
  const running = runner.query(query.id);
  const step = running && sourceSteps(running.plan).find((s) => s.source.name === source.name);
  const number = running && step && storedNumbers(running.plan).get(step.id);
  const positions = running?.progress().offsets ?? {};
  const offsets = (log.topic(source.topic)?.partitions ?? []).map((partition) => {
    return {
      partition: partition.index,
      logStartOffset: partition.startOffset,
      logEndOffset: partition.stableEndOffset,
      consumerOffset: positions[`${number}/${partition.index}`] ?? partition.startOffset,
    };
  });
  return { groupId: query.id, topicSummaries: [{ kafkaTopic: source.topic, offsets }] };
}
