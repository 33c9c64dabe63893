import type { CreateSourceNode } from '../../grammar/ast.ts';
import { formatStatement } from '../../grammar/format.ts';
import { analyzeCreateSource, type AnalyzedCreateSource } from '../analyze/create-source.ts';
import { inferencesOf } from '../analyze/inference.ts';
import type { QueryInfo } from '../catalog/catalog.ts';
import type { Source } from '../catalog/source.ts';
import type { Log } from '../log/log.ts';
import { planSourceTable } from '../plan/plan-source-table.ts';
import { startOffsets } from '../runtime/query-runner.ts';
import type { Command } from './commands.ts';
import { nothingToDo, succeeded } from './entities.ts';
import type { Invocation, Prepared, Services, StatementDefinition } from './executor.ts';
import { existingSource } from './existing-source.ts';
import { formatDefaults } from './format-defaults.ts';
import { ensureTopic, partitionsOf } from './source-topic.ts';
import { inferSides, withDeclaredSchemas, worldWithSchemas } from './source-schemas.ts';
import { checkSourceUpgrade } from './upgrade.ts';
import { changed, withTopic } from './world.ts';

/** CREATE STREAM and CREATE TABLE with columns: a name and a schema over a topic, which is made if it is missing. */
export const createSource: StatementDefinition<CreateSourceNode> = {
  kind: 'createSource',
  isDefinition: true,
  async prepare(invocation, world, services) {
    const { node, sql, overrides } = invocation;
    const { registry } = services;
    const defaults = formatDefaults(overrides);
    const inferred = await inferSides(inferencesOf(node, { defaults }), { registry, world });
    const analyzed = analyzeCreateSource(node, { defaults, sql, inferred });
    const existing = existingSource(node, world);
    if (existing.kind === 'keep') {
      return { world, run: async () => nothingToDo(sql, existing.message) };
    }
    const { topic } = analyzed.definition;
    const asked = analyzed.topic.partitions;
    const at = node.name;
    const partitionCount = partitionsOf({ topic, asked, fallback: null }, { world, at });
    const isKept = node.readOnly && node.sourceKind === 'TABLE';
    const createdBy = isKept ? `CST_${node.name.name.toUpperCase()}_${world.nextNumber}` : null;
    const source: Source = { ...analyzed.definition, partitionCount, createdBy };
    if (existing.kind === 'replace') checkSourceUpgrade(existing.source, source, node.name);
    const catalog = world.catalog.withSource(source);
    const query = queryOf(source);
    const registered = await worldWithSchemas(source, { registry, world, always: false });
    return {
      world: changed(withTopic(registered, source.topic, partitionCount), {
        catalog: query === null ? catalog : catalog.withQuery(query),
        nextNumber: world.nextNumber + 1,
      }),
      run: () => create(invocation, { source, analyzed }, services),
    };
  },
};

async function create(
  { node, sql }: Invocation<CreateSourceNode>,
  { source: checked, analyzed }: { source: Source; analyzed: AnalyzedCreateSource },
  { log, run, registry }: Services,
): ReturnType<Prepared['run']> {
  await ensureTopic(log, checked, { askedMs: analyzed.topic.retentionMs });
  const source = await withDeclaredSchemas(checked, registry);
  const number = await run(sql, commandOf(source, log));
  const kind = source.kind.toLowerCase();
  return succeeded({
    sql: formatStatement(node),
    commandId: `${kind}/\`${source.name}\`/create`,
    message: `${source.kind === 'TABLE' ? 'Table' : 'Stream'} created`,
    number,
  });
}

/** The query that keeps the rows of a SOURCE TABLE, which pull queries read; null for other sources. */
function queryOf({ createdBy, sql, name }: Source): QueryInfo | null {
  return createdBy === null
    ? null
    : { id: createdBy, kind: 'CST', sql, reads: [name], writes: null };
}

function commandOf(source: Source, log: Log): Command {
  const query = queryOf(source);
  if (query === null) return { kind: 'createSource', source };
  const plan = planSourceTable(source);
  const offsets = startOffsets(plan, { log, offsetReset: 'earliest' });
  return { kind: 'startQuery', source, query, plan, merge: true, startOffsets: offsets };
}
