import type { CreateSourceNode } from '../../grammar/ast.ts';
import { formatStatement } from '../../grammar/format.ts';
import { analyzeCreateSource, type AnalyzedCreateSource } from '../analyze/create-source.ts';
import { errorAt } from '../analyze/error-at.ts';
import type { Source } from '../catalog/source.ts';
import { nothingToDo, succeeded } from './entities.ts';
import type { Invocation, Prepared, Services, StatementDefinition } from './executor.ts';
import { existingSource } from './existing-source.ts';
import { formatDefaults } from './format-defaults.ts';
import { checkSourceUpgrade } from './upgrade.ts';
import { changed, withTopic, type World } from './world.ts';

/** CREATE STREAM and CREATE TABLE with columns: a name and a schema over a topic, which is made if it is missing. */
export const createSource: StatementDefinition<CreateSourceNode> = {
  kind: 'createSource',
  isDefinition: true,
  prepare({ node, sql, overrides }, world, services) {
    const analyzed = analyzeCreateSource(node, { defaults: formatDefaults(overrides), sql });
    const existing = existingSource(node, world);
    if (existing.kind === 'keep') {
      return { world, run: async () => nothingToDo(sql, existing.message) };
    }
    const partitionCount = partitionsOf(node, analyzed, world);
    const source: Source = { ...analyzed.definition, partitionCount, createdBy: null };
    if (existing.kind === 'replace') checkSourceUpgrade(existing.source, source, node.name);
    return {
      world: changed(withTopic(world, source.topic, partitionCount), {
        catalog: world.catalog.withSource(source),
        nextNumber: world.nextNumber + 1,
      }),
      run: () => create({ node, sql, overrides }, { source, analyzed }, services),
    };
  },
};

/** Partitions of the topic: as it has them, or as many as the statement asks for. */
function partitionsOf(
  node: CreateSourceNode,
  { definition, topic }: AnalyzedCreateSource,
  world: World,
): number {
  const present = world.topics.get(definition.topic);
  if (present === undefined && topic.partitions === null) {
    throw errorAt(
      'BAD_STATEMENT',
      node.name,
      `Topic ${definition.topic} does not exist. To create it together with the ${node.sourceKind.toLowerCase()}, say how many partitions it shall have: WITH (KAFKA_TOPIC='${definition.topic}', PARTITIONS=1, ...).`,
    );
  }
  if (present !== undefined && topic.partitions !== null && topic.partitions !== present) {
    throw errorAt(
      'BAD_STATEMENT',
      node.name,
      `Topic ${definition.topic} exists with ${present} partitions, but the statement says PARTITIONS=${topic.partitions}. Leave PARTITIONS out, or use another topic.`,
    );
  }
  return present ?? (topic.partitions as number);
}

async function create(
  { node, sql }: Invocation<CreateSourceNode>,
  { source, analyzed }: { source: Source; analyzed: AnalyzedCreateSource },
  { log, run }: Services,
): ReturnType<Prepared['run']> {
  if (log.topic(source.topic) === undefined) {
    await log.createTopic({
      name: source.topic,
      partitionCount: source.partitionCount,
      cleanupPolicy: source.kind === 'TABLE' ? 'compact' : 'delete',
      retentionMs: analyzed.topic.retentionMs,
    });
  }
  const number = await run(sql, { kind: 'createSource', source });
  const kind = source.kind.toLowerCase();
  return succeeded({
    sql: formatStatement(node),
    commandId: `${kind}/\`${source.name}\`/create`,
    message: `${source.kind === 'TABLE' ? 'Table' : 'Stream'} created`,
    number,
  });
}
