import type { LogicalJoin } from '../analyze/logical-plan.ts';
import { assert } from '../base/assert.ts';
import type { RowSchema } from '../sql/schema.ts';
import { INTEGER } from '../sql/types.ts';
import { formatForKey, type PlanBuilder, type Planned } from './plan-builder.ts';

/**
 * The steps of a foreign-key join: changes of the left table go to where the right row is, results come back to where
 * the left row is. The tables need not have equal partition counts.
 */
export function planForeignKeyJoin(node: LogicalJoin, builder: PlanBuilder): Planned {
  assert(node.left.kind === 'source', 'a foreign-key join is the first of a chain');
  const left = builder.source(node.left);
  const type = node.type === 'LEFT' ? 'LEFT' : 'INNER';
  const leftKeys = left.schema.keys;
  const foreignKey = { name: 'FOREIGN_KEY', type: node.leftKey.type };
  const leftColumns = node.columns.filter(({ side }) => side === 'left');
  const messages: RowSchema = {
    keys: [foreignKey],
    values: [
      { name: 'MESSAGE', type: INTEGER },
      ...leftKeys,
      ...leftColumns.map(({ name, expression }) => ({ name, type: expression.type })),
    ],
    window: null,
  };
  const sent = builder.push({
    kind: 'JoinForeignKeyLeft',
    inputs: [left.id],
    schema: messages,
    type,
    foreignKey: node.leftKey,
    columns: leftColumns.map(({ expression }) => expression),
    keyCount: leftKeys.length,
  });
  // The records of the right table stay where they are, if the format of their keys allows that.
  const { keyFormat: rightKeyFormat, partitionCount } = node.right.source;
  const rightFormat = formatForKey(rightKeyFormat, [foreignKey]);
  const rightStays = rightFormat.name === rightKeyFormat.name;
  const place = (input: number, schema: RowSchema): number =>
    builder.push({
      kind: 'Repartition',
      inputs: [input],
      schema,
      keyFormat: rightFormat,
      partitionCount,
    });
  const asked = place(sent, messages);
  const right = builder.source(node.right);
  const table = rightStays ? right.id : place(right.id, right.schema);
  const { schema } = node;
  const leftKeyFormat = formatForKey(left.keyFormat, leftKeys);
  const joined = builder.push({
    kind: 'JoinForeignKey',
    inputs: [asked, table],
    schema,
    type,
    foreignKeyType: foreignKey.type,
    columns: node.columns.map(({ side, expression }) => ({ side, expression })),
    leftKeyFormat,
    table: node.right.source.name,
  });
  // Where the left rows are: formats that write names of columns have to write those of the left table.
  const returned = builder.push({
    kind: 'Repartition',
    inputs: [joined],
    schema: { ...schema, keys: leftKeys },
    keyFormat: leftKeyFormat,
    partitionCount: left.partitionCount,
  });
  const id = builder.push({ kind: 'JoinForeignKeyResult', inputs: [returned], schema });
  return { id, schema, keyFormat: leftKeyFormat, partitionCount: left.partitionCount };
}
