import type { InsertValuesNode } from '../../grammar/ast.ts';
import { errorAt } from '../analyze/error-at.ts';
import { analyzeInsertValues } from '../analyze/insert-values.ts';
import { DatabaseError } from '../base/errors.ts';
import { fixedAmbient } from '../expressions/ambient.ts';
import { encodeRow } from '../runtime/row-encoder.ts';
import type { StatementDefinition } from './executor.ts';
import { hasSchemas, withInsertSchemas } from './insert-schemas.ts';
import { sessionProperties } from './session-properties.ts';

/** INSERT INTO ... VALUES: one record, on disk when the statement returns. */
export const insertValues: StatementDefinition<InsertValuesNode> = {
  kind: 'insertValues',
  isDefinition: false,
  prepare(
    { node, sql, overrides, idempotencyKey },
    world,
    { log, ingest, clock, random, registry },
  ) {
    if (!sessionProperties(overrides).insertValues) {
      throw errorAt(
        'FORBIDDEN',
        node,
        'INSERT INTO ... VALUES is disabled: ksql.insert.into.values.enabled is false.',
      );
    }
    const ambient = fixedAmbient(clock.now(), () => random.integer());
    const { source, row, timestamp } = analyzeInsertValues(node, {
      catalog: world.catalog,
      ambient,
    });
    return {
      world,
      async run() {
        const topic = log.topic(source.topic);
        if (topic === undefined) {
          throw new DatabaseError(
            'NOT_FOUND',
            `Failed to insert values into ${source.name}: its topic ${source.topic} does not exist.`,
          );
        }
        const target = hasSchemas(source) ? await withInsertSchemas(source, registry) : source;
        const { key, value } = encodeRow(target, row);
        // Without a time of its own it gets that of the append, which is another when it is sent again.
        const record = timestamp === null ? { key, value } : { key, value, timestamp };
        await ingest.appendAll(topic, [record], { idempotencyKey, content: sql });
        return null;
      },
    };
  },
};
