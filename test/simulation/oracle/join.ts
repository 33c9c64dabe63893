import type { JoinSpec, QuerySpec, SourceSpec, Value } from '../case.ts';
import type { Row } from '../evaluate.ts';
import { type Expr, sqlOf } from '../expression.ts';
import { type Flow, interleave, repartition, throughPartitions } from './flow.ts';
import { joinForeignKey } from './join-foreign-key.ts';
import { joinStreamStream } from './join-stream-stream.ts';
import { joinStreamTable } from './join-stream-table.ts';
import { joinTableTable } from './join-table-table.ts';
import { withKeys } from './rows.ts';

/** What joins know of the two sides besides their rows. */
export interface JoinContext {
  readonly spec: JoinSpec;
  /** The columns of a missing side, all null. */
  readonly noLeft: Row;
  readonly noRight: Row;
}

/** The rows of FROM and its joins, one after the other (section 6). */
export function joined(
  query: QuerySpec,
  flowOf: (name: string) => Flow,
  sourceOf: (name: string) => SourceSpec,
): Flow {
  let left = flowOf(query.from);
  let noLeft = nullRow(sourceOf(query.from));
  // Expressions known to equal the key of what is joined so far (6.3).
  let equalToKey = left.keys.length === 1 ? [`${query.from}.${left.keys[0]?.name}`] : [];
  for (const spec of query.joins) {
    const right = flowOf(spec.source);
    const noRight = nullRow(sourceOf(spec.source));
    const context = { spec, noLeft, noRight };
    if (spec.kind === 'foreign-key') {
      left = joinForeignKey(left, right, context);
    } else {
      left = joinKeyed(left, right, context, equalToKey);
      equalToKey = equalities(spec, equalToKey);
    }
    noLeft = { ...noLeft, ...noRight };
  }
  return query.joins.length === 0 ? left : withRowKey(left);
}

/** The key of the join can be read as a column of its own. */
function withRowKey(flow: Flow): Flow {
  return throughPartitions(flow, (events) =>
    events.map((event) => {
      const rowKey = { '.ROWKEY': event.key?.[0] ?? null };
      const withKey = (row: Row | null): Row | null =>
        row === null ? null : { ...row, ...rowKey };
      return { ...event, before: withKey(event.before), after: withKey(event.after) };
    }),
  );
}

function equalities({ type, leftOn, rightOn }: JoinSpec, ofLeft: readonly string[]): string[] {
  if (type === 'FULL OUTER') return [];
  const operands = [sqlOf(leftOn, true), sqlOf(rightOn, true)];
  return ofLeft.some((text) => operands.includes(text)) ? [...operands, ...ofLeft] : operands;
}

function joinKeyed(
  left: Flow,
  right: Flow,
  context: JoinContext,
  equalToKey: readonly string[],
): Flow {
  const { spec } = context;
  const leftKeyed = equalToKey.includes(sqlOf(spec.leftOn, true));
  const rightKeyed = isKeyColumn(spec.rightOn, right);
  const format = leftKeyed || !rightKeyed ? left.keyFormat : right.keyFormat;
  const leftSide = repartition(leftKeyed ? left : rekeyed(left, spec.leftOn), format, {
    stays: leftKeyed,
  });
  const rightSide = repartition(rightKeyed ? right : rekeyed(right, spec.rightOn), format, {
    stays: rightKeyed,
  });
  const partitions = leftSide.partitions.map((events, index) => {
    const sides = [events, rightSide.partitions[index] ?? []];
    // Of a stream's and a table's row with the same time the table's goes first, else the left side's.
    const inputs = interleave(sides, spec.kind === 'stream-table' ? [1, 0] : [0, 1]);
    switch (spec.kind) {
      case 'stream-stream':
        return joinStreamStream(inputs, {
          ...context,
          keys: leftSide.keys,
          keyFormat: leftSide.keyFormat,
        });
      case 'stream-table':
        return joinStreamTable(inputs, context);
      default:
        return joinTableTable(inputs, context);
    }
  });
  // Both sides of a join of tables are kept, whatever came before.
  return { ...leftSide, keySource: null, partitions, knowsBefore: true };
}

function rekeyed(flow: Flow, on: Expr): Flow {
  return withKeys(flow, [{ expr: on, as: 'JOIN_KEY' }]);
}

function isKeyColumn(expr: Expr, { keys }: Flow): boolean {
  return expr.kind === 'column' && keys.length === 1 && keys[0]?.name === expr.name;
}

/** The row of a source that is not there: every column is null. */
function nullRow({ name, keys, values }: SourceSpec): Row {
  const columns = [...keys, ...values].map((column) => column.name);
  const all = [...columns, 'ROWTIME', 'ROWPARTITION', 'ROWOFFSET'];
  return Object.fromEntries(all.map((column): [string, Value] => [`${name}.${column}`, null]));
}

/** The row of a match, or of one side alone. */
export function joinedRow(left: Row | null, right: Row | null, context: JoinContext): Row {
  return { ...(left ?? context.noLeft), ...(right ?? context.noRight) };
}
