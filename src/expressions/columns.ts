import type { ColumnExpression, Expression } from './expression.ts';
import { childrenOf } from './walk.ts';

/** The columns an expression reads: row indexes in no order, and whether it reads any pseudo column. */
export function columnsRead(expression: Expression): { indexes: number[]; pseudo: boolean } {
  const indexes = new Set<number>();
  let pseudo = false;
  // A stack of our own: chains of AND and OR may be tens of thousands of terms long.
  const pending: Expression[] = [expression];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.kind === 'column') indexes.add(node.index);
    else if (node.kind === 'pseudo') pseudo = true;
    else pending.push(...childrenOf(node));
  }
  return { indexes: [...indexes], pseudo };
}

/** Whether it reads where the record of the row stands: its partition or offset. */
export function readsPlace(expression: Expression): boolean {
  const pending: Expression[] = [expression];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.kind !== 'pseudo') pending.push(...childrenOf(node));
    else if (node.column === 'ROWPARTITION' || node.column === 'ROWOFFSET') return true;
  }
  return false;
}

/** The same expression over rows whose columns stand `by` places further on. */
export function shiftColumns(expression: Expression, by: number): Expression {
  if (by === 0) return expression;
  return JSON.parse(JSON.stringify(expression), (_name, value: unknown) =>
    isColumn(value) ? { ...value, index: value.index + by } : value,
  ) as Expression;
}

function isColumn(value: unknown): value is ColumnExpression {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'column';
}
