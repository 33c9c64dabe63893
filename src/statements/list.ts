import type { ListNode } from '../../grammar/ast.ts';
import type { Entity, PropertyInfo, SourceSummary } from '../api/entities.ts';
import type { Source } from '../catalog/source.ts';
import { describeFunctions } from '../functions/describe.ts';
import { describeQuery } from './describe-query.ts';
import { describeSource, runningQuery } from './describe-source.ts';
import type { Invocation, Services, StatementDefinition } from './executor.ts';
import { schemaOf } from './fields.ts';
import { listProperties } from './session-properties.ts';
import type { World } from './world.ts';

/** SHOW (or LIST) STREAMS, TABLES, TOPICS, QUERIES, FUNCTIONS, TYPES, VARIABLES and PROPERTIES. */
export const list: StatementDefinition<ListNode> = {
  kind: 'list',
  isDefinition: false,
  prepare(invocation, world, services) {
    return { world, run: async () => listed(invocation, world, services) };
  },
};

function listed(invocation: Invocation<ListNode>, world: World, services: Services): Entity {
  const { node, sql, overrides } = invocation;
  switch (node.subject) {
    case 'STREAMS':
    case 'TABLES':
      return sourcesOf(node, sql, world, services);
    case 'TOPICS':
      return topics(node, sql, world, services);
    case 'QUERIES':
      return queries(invocation, world, services);
    case 'FUNCTIONS': {
      const functions = describeFunctions().map(({ name, kind, category }) => {
        return { name, type: kind, category };
      });
      return { '@type': 'function_names', statementText: sql, functions, warnings: [] };
    }
    case 'TYPES': {
      const types = [...world.catalog.types].map(([name, type]) => [name, schemaOf(type)] as const);
      return {
        '@type': 'type_list',
        statementText: sql,
        types: Object.fromEntries(types),
        warnings: [],
      };
    }
    case 'VARIABLES': {
      const variables = [...invocation.variables].map(([name, value]) => ({ name, value }));
      return { '@type': 'variables', statementText: sql, variables, warnings: [] };
    }
    case 'PROPERTIES': {
      const properties = listProperties(overrides, world.catalog.defaults);
      const ofServer = services.serverProperties;
      return {
        '@type': 'properties',
        statementText: sql,
        properties: [
          ...properties.map(({ name, value }): PropertyInfo => {
            return { name, scope: 'KSQL', value, editable: true, level: 'QUERY' };
          }),
          ...ofServer.map(({ name, value }): PropertyInfo => {
            return { name, scope: 'KSQL', value, editable: false, level: 'SERVER' };
          }),
        ].sort((a, b) => (a.name < b.name ? -1 : 1)),
        overwrittenProperties: properties.filter((p) => p.overridden).map((p) => p.name),
        defaultProperties: [
          ...properties.filter((p) => !p.overridden).map((p) => p.name),
          ...ofServer.filter((p) => !p.isSet).map((p) => p.name),
        ],
        warnings: [],
      };
    }
  }
}

function sourcesOf(node: ListNode, sql: string, world: World, services: Services): Entity {
  const kind = node.subject === 'STREAMS' ? 'STREAM' : 'TABLE';
  const found = world.catalog.sources.filter((source) => source.kind === kind);
  if (node.extended) {
    const sourceDescriptions = found.map((source) =>
      describeSource(source, { world, services, extended: true }),
    );
    return { '@type': 'source_descriptions', statementText: sql, sourceDescriptions, warnings: [] };
  }
  const summaries = found.map(summaryOf);
  return kind === 'STREAM'
    ? { '@type': 'streams', statementText: sql, streams: summaries, warnings: [] }
    : { '@type': 'tables', statementText: sql, tables: summaries, warnings: [] };
}

function summaryOf({ kind, name, topic, keyFormat, valueFormat, schema }: Source): SourceSummary {
  return {
    type: kind,
    name,
    topic,
    keyFormat: keyFormat.name,
    valueFormat: valueFormat.name,
    isWindowed: schema.window !== null,
  };
}

/** Internal topics begin with an underscore and are shown with ALL only. */
function topics(node: ListNode, sql: string, world: World, services: Services): Entity {
  const shown = services.log
    .topics()
    .filter(({ name }) => (node.all || !name.startsWith('_')) && services.isTopicVisible(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const summaries = shown.map(({ name, partitions }) => {
    return { name, replicaInfo: partitions.map(() => 1) };
  });
  if (!node.extended) {
    return { '@type': 'kafka_topics', statementText: sql, topics: summaries, warnings: [] };
  }
  const { catalog } = world;
  const extended = summaries.map((summary) => {
    const names = catalog.sources.filter((s) => s.topic === summary.name).map((s) => s.name);
    const readers = new Set(names.flatMap((name) => catalog.readersOf(name)));
    return { ...summary, consumerCount: readers.size, consumerGroupCount: readers.size };
  });
  return { '@type': 'kafka_topics_extended', statementText: sql, topics: extended, warnings: [] };
}

function queries(
  { node, sql, overrides }: Invocation<ListNode>,
  { catalog }: World,
  services: Services,
): Entity {
  if (node.extended) {
    const queryDescriptions = catalog.queries.map((query) =>
      describeQuery(query, { services, overrides }),
    );
    return { '@type': 'query_descriptions', statementText: sql, queryDescriptions, warnings: [] };
  }
  const persistent = catalog.queries.map((query) => runningQuery(query, catalog, services));
  const transient = services.transientQueries().map(({ id, sql: queryString, type }) => {
    return {
      queryString,
      sinks: [],
      sinkKafkaTopics: [],
      id,
      statusCount: { RUNNING: 1 },
      queryType: type,
      state: 'RUNNING' as const,
    };
  });
  return {
    '@type': 'queries',
    statementText: sql,
    queries: [...persistent, ...transient],
    warnings: [],
  };
}
