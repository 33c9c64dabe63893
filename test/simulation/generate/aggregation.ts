import type { ColumnType, SelectItem, WindowSpec } from '../case.ts';
import type { AggregateName, Expr } from '../expression.ts';
import type { Choices } from '../random.ts';
import { expressionOf, isConstant } from './expressions.ts';
import type { Focus } from './focus.ts';
import type { Relation } from './relation.ts';

const OF_STREAMS: readonly AggregateName[] = [
  'COUNT',
  'SUM',
  'AVG',
  'MIN',
  'MAX',
  'COLLECT_LIST',
  'COLLECT_SET',
  'HISTOGRAM',
  'EARLIEST_BY_OFFSET',
  'LATEST_BY_OFFSET',
  'TOPK',
  'TOPKDISTINCT',
];
const OF_TABLES: readonly AggregateName[] = ['COUNT', 'SUM', 'AVG', 'COLLECT_LIST', 'HISTOGRAM'];

/** The value columns of an aggregation: aggregates, expressions over them, bounds of the window. */
export function aggregateItems(
  choices: Choices,
  focus: Focus,
  relation: Relation,
  windowed: boolean,
): SelectItem[] {
  const calls = choices.many(choices.between(1, 3), () => aggregateOf(choices, focus, relation));
  const items = calls.map((expr, index): SelectItem => ({ expr, as: `A${index}` }));
  if (windowed && choices.chance(0.5)) {
    items.push({ expr: { kind: 'bound', bound: 'WINDOWSTART', type: 'BIGINT' }, as: 'W0' });
    items.push({ expr: { kind: 'bound', bound: 'WINDOWEND', type: 'BIGINT' }, as: 'W1' });
  }
  const number = calls.find(({ type }) => type === 'BIGINT');
  if (number !== undefined && choices.chance(0.2)) {
    const right: Expr = { kind: 'literal', value: 1n, type: 'INTEGER' };
    const expr: Expr = { kind: 'arithmetic', op: '+', left: number, right, type: 'BIGINT' };
    items.push({ expr, as: 'X' });
  }
  return items;
}

function aggregateOf(choices: Choices, { collections }: Focus, { scope, kind }: Relation): Expr {
  const name = choices.chance(collections)
    ? 'COLLECT_LIST'
    : choices.of(kind === 'TABLE' ? OF_TABLES : OF_STREAMS);
  if (name === 'COUNT' && choices.chance(0.5)) return call(name, null, 'BIGINT');
  const type = argumentType(choices, name);
  const columns = scope.filter((column) => column.type === type);
  const argument =
    columns.length > 0 && choices.chance(0.75)
      ? choices.of(columns)
      : expressionOf(choices, scope, type, 1);
  if (isConstant(argument)) return call('COUNT', null, 'BIGINT');
  const count = name === 'TOPK' || name === 'TOPKDISTINCT' ? choices.between(1, 3) : null;
  return call(name, argument, resultType(name, type), count);
}

function call(
  name: AggregateName,
  argument: Expr | null,
  type: ColumnType,
  count: number | null = null,
): Expr {
  return { kind: 'aggregate', function: name, argument, count, type };
}

function argumentType(choices: Choices, name: AggregateName): ColumnType {
  switch (name) {
    case 'SUM':
    case 'AVG':
      return choices.of(['INTEGER', 'BIGINT']);
    case 'HISTOGRAM':
      return 'VARCHAR';
    default:
      return choices.of(['INTEGER', 'BIGINT', 'VARCHAR']);
  }
}

function resultType(name: AggregateName, type: ColumnType): ColumnType {
  switch (name) {
    case 'COUNT':
      return 'BIGINT';
    case 'AVG':
      return 'DOUBLE';
    case 'HISTOGRAM':
      return 'HISTOGRAM';
    case 'COLLECT_LIST':
    case 'COLLECT_SET':
    case 'TOPK':
    case 'TOPKDISTINCT':
      return `ARRAY<${type}>` as ColumnType;
    default:
      return type;
  }
}

/** A condition on a count or sum of the group. */
export function havingOf(choices: Choices, { scope, kind }: Relation): Expr {
  const column = scope.find(({ type }) => type === 'BIGINT') ?? null;
  const left =
    choices.chance(0.7) || column === null
      ? call('COUNT', choices.chance(0.6) ? null : column, 'BIGINT')
      : call('SUM', column, 'BIGINT');
  const limit = choices.between(kind === 'TABLE' ? 0 : 1, 3);
  const right: Expr = { kind: 'literal', value: BigInt(limit), type: 'INTEGER' };
  const op = choices.of(['>', '<', '=', '<=', '>=', '<>'] as const);
  return { kind: 'compare', op, left, right, type: 'BOOLEAN' };
}

/** A random window of a few milliseconds. */
export function windowOf(choices: Choices, { windowKinds, graces }: Focus): WindowSpec {
  const kind = choices.of(windowKinds);
  const sizeMs = choices.of([1, 3, 5, 10, 20]);
  const advanceMs = kind === 'HOPPING' ? choices.between(1, sizeMs) : sizeMs;
  const graceMs = choices.orNull(0.2, () => choices.of(graces));
  const retentionMs =
    graceMs === null
      ? null
      : choices.orNull(0.7, () => sizeMs + graceMs + choices.of([0, 1, 10, 100]));
  return { kind, sizeMs, advanceMs, graceMs, retentionMs };
}
