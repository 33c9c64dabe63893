import type { Source } from '../catalog/source.ts';
import { columnsOf } from '../sql/schema.ts';
import type { PhysicalPlan } from './physical-plan.ts';

/** The plan that keeps the rows of a table's topic, so that pull queries find them, and writes nothing. */
export function planSourceTable(source: Source): PhysicalPlan {
  const { schema, name } = source;
  const needed = columnsOf(schema).map(() => true);
  return {
    version: 1,
    result: 'table',
    steps: [
      { kind: 'Source', id: 0, inputs: [], schema, source, needed },
      { kind: 'Materialize', id: 1, inputs: [0], schema, table: name },
    ],
  };
}
