import type { LogicalJoin, LogicalNode } from '../analyze/logical-plan.ts';
import { DatabaseError } from '../base/errors.ts';
import { shiftColumns } from '../expressions/columns.ts';
import type { Expression } from '../expressions/expression.ts';
import type { FormatSpec } from '../formats/format.ts';
import type { JoinColumnSpec } from '../operators/joined-rows.ts';
import { columnsOf, type RowSchema } from '../sql/schema.ts';
import { planForeignKeyJoin } from './plan-foreign-key-join.ts';
import { formatForKey, isKeyOf, type PlanBuilder, type Planned } from './plan-builder.ts';

const DAY_MS = 86_400_000;

/**
 * The steps of a join on keys: each side is re-keyed unless the join key is its key already, so that equal keys meet
 * in one task (section 6.2 of the dialect reference).
 * @throws DatabaseError BAD_STATEMENT when the sides are not co-partitioned.
 */
export function planJoin(node: LogicalJoin, builder: PlanBuilder): Planned {
  if (node.join === 'foreign-key') return planForeignKeyJoin(node, builder);
  const left = node.left.kind === 'source' ? builder.source(node.left) : builder.add(node.left);
  const sides = coPartition(node, left, builder);
  const { schema } = node;
  const inputs = [sides.left.id, sides.right.id];
  const columns = shiftedColumns(node, sides);
  const { name } = node.right.source;
  const id = builder.push(
    node.join === 'stream-stream'
      ? {
          kind: 'JoinStreamStream',
          inputs,
          schema,
          type: node.type,
          columns,
          stream: name,
          ...windowOf(node),
          keyFormat: sides.keyFormat,
        }
      : node.join === 'stream-table'
        ? {
            kind: 'JoinStreamTable',
            inputs,
            schema,
            type: node.type === 'LEFT' ? 'LEFT' : 'INNER',
            columns,
            table: name,
          }
        : { kind: 'JoinTableTable', inputs, schema, type: node.type, columns, table: name },
  );
  return { id, schema, keyFormat: sides.keyFormat, partitionCount: sides.left.partitionCount };
}

/** Without GRACE PERIOD rows may be late by what is left of 24 hours. */
function windowOf({ within }: LogicalJoin): {
  beforeMs: number;
  afterMs: number;
  graceMs: number;
  delayed: boolean;
} {
  const { beforeMs = 0, afterMs = 0, graceMs = null } = within ?? {};
  return {
    beforeMs,
    afterMs,
    graceMs: graceMs ?? Math.max(DAY_MS - 2 * beforeMs, 0),
    delayed: graceMs !== null,
  };
}

interface Sides {
  readonly left: Planned & { readonly shift: number };
  readonly right: Planned & { readonly shift: number };
  readonly keyFormat: FormatSpec;
}

/** Expressions over a side that was re-keyed find their columns one place further on. */
function shiftedColumns({ columns }: LogicalJoin, sides: Sides): JoinColumnSpec[] {
  return columns.map(({ side, expression }) => {
    return { side, expression: shiftColumns(expression, sides[side].shift) };
  });
}

/** The steps of the left side all come before those of the right one: where times are equal it goes first. */
function coPartition(node: LogicalJoin, left: Planned, builder: PlanBuilder): Sides {
  const right = node.right.source;
  const leftKeyed = isKeyOf([node.leftKey], left.schema);
  const rightKeyed = isKeyOf([node.rightKey], right.schema);
  const given = leftKeyed || !rightKeyed ? left.keyFormat : right.keyFormat;
  const key = { name: 'JOIN_KEY', type: node.leftKey.type };
  const keyFormat = formatForKey(given, [key]);
  // A side stays where it is only if its records lie where the join's key format would put them.
  const leftStays = leftKeyed && sameBytes(left.keyFormat, keyFormat);
  const rightStays = rightKeyed && sameBytes(right.keyFormat, keyFormat);
  if (leftStays && rightStays && left.partitionCount !== right.partitionCount) {
    throw notCoPartitioned(node, left.partitionCount);
  }
  const partitionCount =
    leftStays === rightStays
      ? Math.max(left.partitionCount, right.partitionCount)
      : (leftStays ? left : right).partitionCount;
  const place = (side: Planned, stays: boolean, keyed: boolean, expression: Expression) => {
    if (stays) return { ...side, shift: 0 };
    const rekeyed = keyed ? side : rekey(side, expression, builder);
    const { schema } = rekeyed;
    const inputs = [rekeyed.id];
    const id = builder.push({ kind: 'Repartition', inputs, schema, keyFormat, partitionCount });
    return { id, schema, keyFormat, partitionCount, shift: keyed ? 0 : 1 };
  };
  return {
    left: place(left, leftStays, leftKeyed, node.leftKey),
    right: place(builder.source(node.right), rightStays, rightKeyed, node.rightKey),
    keyFormat,
  };
}

/** Puts the join key in front of the whole row. */
function rekey(input: Planned, key: Expression, builder: PlanBuilder): Planned {
  const columns = columnsOf(input.schema);
  const schema: RowSchema = {
    keys: [{ name: 'JOIN_KEY', type: key.type }],
    values: columns,
    window: null,
  };
  const id = builder.push({
    kind: 'PartitionBy',
    inputs: [input.id],
    schema,
    keys: [key],
    values: columns.map((column, index) => {
      return { kind: 'column', type: column.type, index, name: column.name };
    }),
    inputKeyCount: input.schema.keys.length,
    inputColumnCount: columns.length,
  });
  return { ...input, id, schema };
}

/** Whether both formats write a single key column as the same bytes. */
function sameBytes(a: FormatSpec, b: FormatSpec): boolean {
  return (
    a.name === b.name &&
    a.delimiter === b.delimiter &&
    (a.name !== 'JSON' || (a.unwrapped ?? false) === (b.unwrapped ?? false))
  );
}

function notCoPartitioned(node: LogicalJoin, leftCount: number): DatabaseError {
  const leftName = nameOf(node.left);
  const { name: rightName, partitionCount: rightCount } = node.right.source;
  const kind = node.right.result === 'table' ? 'TABLE' : 'STREAM';
  return new DatabaseError(
    'BAD_STATEMENT',
    `Can't join \`${leftName}\` with \`${rightName}\` since the number of partitions don't match. ` +
      `\`${leftName}\` partitions = ${leftCount}; \`${rightName}\` partitions = ${rightCount}. ` +
      'Please repartition either one so that the number of partitions match: ' +
      `CREATE ${kind} ${rightName}_REPARTITIONED WITH (PARTITIONS=${leftCount}) AS SELECT * FROM ${rightName};`,
  );
}

/** The sources joined so far, as a message names them. */
function nameOf(node: LogicalNode): string {
  if (node.kind === 'source') return node.source.name;
  if (node.kind === 'join') return `${nameOf(node.left)} JOIN ${node.right.source.name}`;
  return 'the left side';
}

/** Whether the rows of a node come from a foreign-key join, perhaps filtered: what they were before is not known. */
export function isForeignKeyJoin(node: LogicalNode): boolean {
  if (node.kind === 'filter') return isForeignKeyJoin(node.input);
  return node.kind === 'join' && node.join === 'foreign-key';
}
