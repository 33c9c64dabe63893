import type { CreateSourceNode } from '../../grammar/ast.ts';
import { formatStatement } from '../../grammar/format.ts';
import { analyzeCreateSource, type AnalyzedCreateSource } from '../analyze/create-source.ts';
import type { Source } from '../catalog/source.ts';
import { nothingToDo, succeeded } from './entities.ts';
import type { Invocation, Prepared, Services, StatementDefinition } from './executor.ts';
import { existingSource } from './existing-source.ts';
import { formatDefaults } from './format-defaults.ts';
import { ensureTopic, partitionsOf } from './source-topic.ts';
import { checkSourceUpgrade } from './upgrade.ts';
import { changed, withTopic } from './world.ts';

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
    const { topic } = analyzed.definition;
    const asked = analyzed.topic.partitions;
    const at = node.name;
    const partitionCount = partitionsOf({ topic, asked, fallback: null }, { world, at });
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

async function create(
  { node, sql }: Invocation<CreateSourceNode>,
  { source, analyzed }: { source: Source; analyzed: AnalyzedCreateSource },
  { log, run }: Services,
): ReturnType<Prepared['run']> {
  await ensureTopic(log, source, analyzed.topic.retentionMs);
  const number = await run(sql, { kind: 'createSource', source });
  const kind = source.kind.toLowerCase();
  return succeeded({
    sql: formatStatement(node),
    commandId: `${kind}/\`${source.name}\`/create`,
    message: `${source.kind === 'TABLE' ? 'Table' : 'Stream'} created`,
    number,
  });
}
