import type {
  AliasedSource,
  ColumnDefinition,
  Duration,
  ExpressionNode,
  JoinNode,
  PropertyNode,
  QueryNode,
  SelectItem,
  WindowNode,
  WithinNode,
} from './ast.ts';
import {
  formatAnyExpression,
  formatLiteral,
  formatOperand,
  formatPrimary,
  formatType,
} from './format-expression.ts';
import { formatIdentifier, formatString } from './names.ts';

/** SQL of a query on one line; parses back to the same tree. */
export function formatQuery(node: QueryNode): string {
  const { window, where, groupBy, partitionBy, having, emit, limit } = node;
  const clauses = [
    `SELECT ${node.items.map(formatSelectItem).join(', ')}`,
    `FROM ${formatSource(node.from.first)}`,
    ...node.from.joins.map(formatJoin),
  ];
  if (window !== null) clauses.push(`WINDOW ${formatWindow(window)}`);
  if (where !== null) clauses.push(`WHERE ${formatAnyExpression(where)}`);
  if (groupBy !== null) clauses.push(`GROUP BY ${formatList(groupBy)}`);
  if (partitionBy !== null) clauses.push(`PARTITION BY ${formatList(partitionBy)}`);
  if (having !== null) clauses.push(`HAVING ${formatAnyExpression(having)}`);
  if (emit !== null) clauses.push(`EMIT ${emit}`);
  if (limit !== null) clauses.push(`LIMIT ${limit}`);
  return clauses.join(' ');
}

/** `WITH (NAME=value, ...)` */
export function formatProperties(properties: readonly PropertyNode[]): string {
  const list = properties.map(({ name, value }) => {
    const bare = formatIdentifier(name);
    return `${bare === name ? name : formatString(name)}=${formatLiteral(value)}`;
  });
  return `WITH (${list.join(', ')})`;
}

/** `NAME TYPE` and the role of the column. */
export function formatColumnDefinition(node: ColumnDefinition): string {
  const column = `${formatIdentifier(node.name.name)} ${formatType(node.type)}`;
  if (node.role === null) return column;
  if (node.headerKey === null) return `${column} ${node.role}`;
  return `${column} ${node.role}(${formatString(node.headerKey)})`;
}

function formatSelectItem(item: SelectItem): string {
  switch (item.kind) {
    case 'selectAll':
      return item.qualifier === null ? '*' : `${formatIdentifier(item.qualifier.name)}.*`;
    case 'selectStruct':
      return `${formatPrimary(item.base)}->*`;
    case 'selectExpression': {
      const alias = item.alias === null ? '' : ` AS ${formatIdentifier(item.alias.name)}`;
      return formatAnyExpression(item.expression) + alias;
    }
  }
}

function formatSource({ source, alias }: AliasedSource): string {
  const name = formatIdentifier(source.name);
  return alias === null ? name : `${name} AS ${formatIdentifier(alias.name)}`;
}

function formatJoin(node: JoinNode): string {
  const within = node.within === null ? '' : ` ${formatWithin(node.within)}`;
  const on = formatAnyExpression(node.on);
  return `${node.type} JOIN ${formatSource(node.right)}${within} ON ${on}`;
}

function formatWithin({ before, after, grace }: WithinNode): string {
  const bounds =
    before.amount === after.amount && before.unit === after.unit
      ? formatDuration(before)
      : `(${formatDuration(before)}, ${formatDuration(after)})`;
  return `WITHIN ${bounds}${grace === null ? '' : ` GRACE PERIOD ${formatDuration(grace)}`}`;
}

function formatWindow({ type, size, advance, retention, grace }: WindowNode): string {
  const parts = [type === 'SESSION' ? formatDuration(size) : `SIZE ${formatDuration(size)}`];
  if (advance !== null) parts.push(`ADVANCE BY ${formatDuration(advance)}`);
  if (retention !== null) parts.push(`RETENTION ${formatDuration(retention)}`);
  if (grace !== null) parts.push(`GRACE PERIOD ${formatDuration(grace)}`);
  return `${type} (${parts.join(', ')})`;
}

/** `10 SECONDS` */
export function formatDuration({ amount, unit }: Duration): string {
  return `${amount} ${unit}`;
}

function formatList(list: readonly ExpressionNode[]): string {
  if (list.length === 0) return '()';
  return list.map(formatOperand).join(', ');
}
