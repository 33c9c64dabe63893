import type { InsertSelectNode } from '../../grammar/ast.ts';
import { formatStatement } from '../../grammar/format.ts';
import { analyzeInsertSelect } from '../analyze/insert-select.ts';
import { errorAt } from '../analyze/error-at.ts';
import type { QueryInfo } from '../catalog/catalog.ts';
import { planQuery } from '../plan/planner.ts';
import { startOffsets } from '../runtime/query-runner.ts';
import { succeeded } from './entities.ts';
import type { StatementDefinition } from './executor.ts';
import { planSettings, sessionProperties } from './session-properties.ts';
import { withSink, withSinkSchemas } from './source-schemas.ts';
import { warningsOf } from './warnings.ts';
import { changed } from './world.ts';

/** INSERT INTO ... SELECT: one more persistent query that writes into an existing stream. */
export const insertSelect: StatementDefinition<InsertSelectNode> = {
  kind: 'insertSelect',
  isDefinition: true,
  prepare({ node, sql, overrides }, world, { log, run, registry }) {
    const { target, query, queryId } = analyzeInsertSelect(node, { catalog: world.catalog });
    const id = queryId ?? `INSERTQUERY_${world.nextNumber}`;
    if (world.catalog.query(id) !== null) {
      throw errorAt('ALREADY_EXISTS', node, `Query ${id} exists already. Choose another QUERY_ID.`);
    }
    const planned = planQuery(query, target, planSettings(sessionProperties(overrides)));
    const reads = query.sources.map(({ name }) => name);
    const info: QueryInfo = { id, kind: 'INSERT', sql, reads, writes: target.name };
    return {
      world: changed(world, {
        catalog: world.catalog.withQuery(info),
        nextNumber: world.nextNumber + 1,
      }),
      async run() {
        const { offsetReset, bufferBytes, failOnBadRecord } = sessionProperties(overrides);
        const plan = withSink(planned, await withSinkSchemas(target, registry));
        const number = await run(sql, {
          kind: 'startQuery',
          source: null,
          query: info,
          plan,
          merge: bufferBytes > 0,
          ...(failOnBadRecord ? { failOnBadRecord } : {}),
          startOffsets: startOffsets(plan, { log, offsetReset }),
        });
        return succeeded({
          sql: formatStatement(node),
          commandId: `stream/\`${target.name}\`/create`,
          message: `Created query with ID ${id}`,
          number,
          queryId: id,
          warnings: warningsOf(plan),
        });
      },
    };
  },
};
