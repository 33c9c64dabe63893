import type { CreateAsSelectNode } from '../../grammar/ast.ts';
import { formatStatement } from '../../grammar/format.ts';
import { analyzeCreateAsSelect, type AnalyzedCreateAsSelect } from '../analyze/create-as-select.ts';
import { errorAt } from '../analyze/error-at.ts';
import type { QueryInfo } from '../catalog/catalog.ts';
import type { Source } from '../catalog/source.ts';
import type { PhysicalPlan } from '../plan/physical-plan.ts';
import { planQuery } from '../plan/planner.ts';
import { startOffsets } from '../runtime/query-runner.ts';
import { nothingToDo, succeeded } from './entities.ts';
import type { Invocation, Prepared, Services, StatementDefinition } from './executor.ts';
import { existingSource } from './existing-source.ts';
import { formatDefaults } from './format-defaults.ts';
import { planSettings, sessionProperties } from './session-properties.ts';
import { ensureTopic, partitionsOf } from './source-topic.ts';
import {
  checkSinkSchemaIds,
  withSink,
  withSinkSchemas,
  worldWithSchemas,
} from './source-schemas.ts';
import { checkPlanUpgrade, checkSourceUpgrade } from './upgrade.ts';
import { warningsOf } from './warnings.ts';
import { changed, withPlan, withTopic, type World } from './world.ts';

type Create = Invocation<CreateAsSelectNode>;

/** CREATE STREAM and CREATE TABLE ... AS SELECT: a new source that a persistent query keeps filled. */
export const createAsSelect: StatementDefinition<CreateAsSelectNode> = {
  kind: 'createAsSelect',
  isDefinition: true,
  async prepare(invocation, world, services) {
    const { node, sql, overrides } = invocation;
    const defaults = formatDefaults(overrides);
    const analyzed = analyzeCreateAsSelect(node, { catalog: world.catalog, defaults, sql });
    const existing = existingSource(node, world);
    if (existing.kind === 'keep') {
      return { world, run: async () => nothingToDo(sql, existing.message) };
    }
    return existing.kind === 'replace'
      ? prepareReplacement(invocation, { analyzed, old: existing.source }, world, services)
      : prepareNew(invocation, analyzed, world, services);
  },
};

async function prepareNew(
  invocation: Create,
  analyzed: AnalyzedCreateAsSelect,
  world: World,
  services: Services,
): Promise<Prepared> {
  const { node, sql, overrides } = invocation;
  const prefix = node.sourceKind === 'STREAM' ? 'CSAS' : 'CTAS';
  const id = `${prefix}_${node.name.name.toUpperCase()}_${world.nextNumber}`;
  const { topic } = analyzed.definition;
  const { partitions } = analyzed.topic;
  const says = node.properties.find(({ name }) => name === 'PARTITIONS');
  const asked = says === undefined ? null : partitions;
  const at = says ?? node.name;
  const partitionCount = partitionsOf({ topic, asked, fallback: partitions }, { world, at });
  const source: Source = { ...analyzed.definition, partitionCount, createdBy: id };
  const settings = planSettings(sessionProperties(overrides));
  const plan = planQuery(analyzed.query, source, settings);
  const query = queryInfo({ id, sql, prefix, analyzed, source });
  const { registry } = services;
  await checkSinkSchemaIds(source, { registry, at: node.name });
  const registered = await worldWithSchemas(source, { registry, world, always: true });
  return {
    world: changed(withPlan(withTopic(registered, source.topic, partitionCount), id, plan), {
      catalog: world.catalog.withSource(source).withQuery(query),
      nextNumber: world.nextNumber + 1,
    }),
    run: () => start(invocation, { source, query, plan, analyzed }, services),
  };
}

function queryInfo(options: {
  id: string;
  sql: string;
  prefix: 'CSAS' | 'CTAS';
  analyzed: AnalyzedCreateAsSelect;
  source: Source;
}): QueryInfo {
  const { id, sql, prefix, analyzed, source } = options;
  const reads = analyzed.query.sources.map(({ name }) => name);
  return { id, kind: prefix, sql, reads, writes: source.name };
}

async function start(
  { node, sql, overrides }: Create,
  {
    source: checked,
    query,
    plan: planned,
    analyzed,
  }: { source: Source; query: QueryInfo; plan: PhysicalPlan; analyzed: AnalyzedCreateAsSelect },
  { log, run, registry }: Services,
): ReturnType<Prepared['run']> {
  await ensureTopic(log, checked, {
    askedMs: analyzed.topic.retentionMs,
    like: analyzed.query.sources[0]?.topic ?? null,
    windowMs: windowRetentionMs(planned),
  });
  const source = await withSinkSchemas(checked, registry);
  const plan = withSink(planned, source);
  const { offsetReset, bufferBytes, failOnBadRecord } = sessionProperties(overrides);
  const number = await run(sql, {
    kind: 'startQuery',
    source,
    query,
    plan,
    merge: bufferBytes > 0,
    ...(failOnBadRecord ? { failOnBadRecord } : {}),
    startOffsets: startOffsets(plan, { log, offsetReset }),
  });
  return answer(node, { source, query, plan, number });
}

function prepareReplacement(
  invocation: Create,
  { analyzed, old }: { analyzed: AnalyzedCreateAsSelect; old: Source },
  world: World,
  services: Services,
): Prepared {
  const { node, sql, overrides } = invocation;
  const running = old.createdBy === null ? null : world.catalog.query(old.createdBy);
  const oldPlan =
    running && (world.plans.get(running.id) ?? services.runner.query(running.id)?.plan);
  if (running === null || !oldPlan) {
    throw errorAt(
      'BAD_STATEMENT',
      node.name,
      `${old.name} cannot be replaced: no running query fills it. DROP ${old.kind} ${old.name} first.`,
    );
  }
  const writers = world.catalog.writersOf(old.name);
  if (writers.length > 1) {
    throw errorAt(
      'BAD_STATEMENT',
      node.name,
      `REPLACE for sink ${old.name} is not supported because there are multiple queries writing into it: ${writers.map(({ id }) => id).join(', ')}.`,
    );
  }
  const { partitionCount } = old;
  const source: Source = { ...analyzed.definition, partitionCount, createdBy: running.id };
  checkSourceUpgrade(old, source, node.name);
  const settings = planSettings(sessionProperties(overrides));
  const plan = planQuery(analyzed.query, source, settings);
  checkPlanUpgrade(oldPlan, plan, node.name);
  const query: QueryInfo = { ...running, sql };
  const { bufferBytes, failOnBadRecord } = sessionProperties(overrides);
  const merge = bufferBytes > 0;
  return {
    world: changed(withPlan(world, running.id, plan), {
      catalog: world.catalog.withSource(source).withQuery(query),
      nextNumber: world.nextNumber + 1,
    }),
    async run() {
      const sink = await withSinkSchemas(source, services.registry);
      const number = await services.run(sql, {
        kind: 'replaceQuery',
        source: sink,
        query,
        plan: withSink(plan, sink),
        merge,
        ...(failOnBadRecord ? { failOnBadRecord } : {}),
      });
      return answer(node, { source: sink, query, plan, number });
    },
  };
}

function answer(
  node: CreateAsSelectNode,
  {
    source,
    query,
    plan,
    number,
  }: { source: Source; query: QueryInfo; plan: PhysicalPlan; number: number },
): ReturnType<typeof succeeded> {
  return succeeded({
    sql: formatStatement(node),
    commandId: `${source.kind.toLowerCase()}/\`${source.name}\`/create`,
    message: `Created query with ID ${query.id}`,
    number,
    queryId: query.id,
    warnings: warningsOf(plan),
  });
}

/** How long the query keeps the state of its windows; null without windows. */
function windowRetentionMs({ steps }: PhysicalPlan): number | null {
  const retentions = steps.flatMap((step) =>
    step.kind === 'Aggregate' && step.window !== null ? [step.window.retentionMs] : [],
  );
  return retentions.length === 0 ? null : Math.max(...retentions);
}
