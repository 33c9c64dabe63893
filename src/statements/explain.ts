import type { ExplainNode, QueryNode, StatementNode } from '../../grammar/ast.ts';
import { analyzeCreateAsSelect } from '../analyze/create-as-select.ts';
import { errorAt } from '../analyze/error-at.ts';
import { analyzeInsertSelect } from '../analyze/insert-select.ts';
import { analyzeQuery } from '../analyze/query.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { didYouMean } from '../catalog/did-you-mean.ts';
import type { PhysicalPlan } from '../plan/physical-plan.ts';
import { type PlanSettings, planQuery } from '../plan/planner.ts';
import type { QueryDescription } from '../api/entities.ts';
import { describePlan, describeQuery } from './describe-query.ts';
import type { Invocation, Services, StatementDefinition } from './executor.ts';
import { formatDefaults } from './format-defaults.ts';
import type { World } from './world.ts';
import { planSettings, sessionProperties } from './session-properties.ts';

/** EXPLAIN: the plan of a query that runs, or of a statement that would start one. */
export const explain: StatementDefinition<ExplainNode> = {
  kind: 'explain',
  isDefinition: false,
  prepare(invocation, world, services) {
    const queryDescription = describe(invocation, world, services);
    return {
      world,
      run: async () => ({
        '@type': 'queryDescription',
        statementText: invocation.sql,
        queryDescription,
        warnings: [],
      }),
    };
  },
};

function describe(
  { node, sql, overrides }: Invocation<ExplainNode>,
  { catalog }: World,
  services: Services,
): QueryDescription {
  if (node.statement !== null) {
    const plan = planStatement(node.statement, { catalog, overrides, sql });
    const transient = node.statement.kind === 'select';
    return describePlan(plan, { sql, overrides, transient });
  }
  const name = node.queryId?.name ?? '';
  const query = catalog.query(name) ?? catalog.query(name.toUpperCase());
  if (query !== null) return describeQuery(query, { services, overrides });
  const hint = didYouMean(
    name,
    catalog.queries.map(({ id }) => id),
  );
  throw errorAt(
    'UNKNOWN_QUERY',
    node.queryId ?? node,
    `Query with id:${name} does not exist.${hint} Use SHOW QUERIES to view the full set of queries.`,
  );
}

function planStatement(
  statement: StatementNode,
  {
    catalog,
    overrides,
    sql,
  }: { catalog: Catalog; overrides: Invocation<never>['overrides']; sql: string },
): PhysicalPlan {
  const settings = planSettings(sessionProperties(overrides));
  switch (statement.kind) {
    case 'select':
      return planSelect(statement.query, { catalog, settings });
    case 'createAsSelect': {
      const defaults = formatDefaults(overrides);
      const { query, definition, topic } = analyzeCreateAsSelect(statement, {
        catalog,
        defaults,
        sql,
      });
      const sink = { ...definition, partitionCount: topic.partitions, createdBy: null };
      return planQuery(query, sink, settings);
    }
    case 'insertSelect': {
      const { query, target } = analyzeInsertSelect(statement, { catalog });
      return planQuery(query, target, settings);
    }
    default:
      throw errorAt(
        'BAD_STATEMENT',
        statement,
        'The provided statement does not run a query. EXPLAIN takes SELECT, CREATE ... AS SELECT, INSERT INTO ... SELECT, or the id of a running query.',
      );
  }
}

function planSelect(
  query: QueryNode,
  { catalog, settings }: { catalog: Catalog; settings: PlanSettings },
): PhysicalPlan {
  const mode = query.emit === null ? 'pull' : 'push';
  return planQuery(analyzeQuery(query, { catalog, mode }), null, settings);
}
