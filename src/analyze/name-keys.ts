import type { Expression } from '../expressions/expression.ts';
import { expressionsEqual } from './expression-tree.ts';
import type { NamedExpression } from './logical-plan.ts';
import type { Relation } from './relation.ts';
import { nameGenerator, nameOfColumn, type SelectedItem } from './select-items.ts';

/**
 * The key columns that PARTITION BY and GROUP BY make: called as the SELECT list calls the same expression, else by
 * the name of the column or the struct field, else KSQL_COL_n.
 */
export function nameKeys(
  expressions: readonly Expression[],
  relation: Relation,
  items: readonly SelectedItem[],
): readonly NamedExpression[] {
  const generateName = nameGenerator(relation);
  const taken = new Set(items.map((item) => item.name));
  return expressions.map((expression) => {
    const item = items.find((candidate) => expressionsEqual(candidate.expression, expression));
    if (item !== undefined) return { name: item.name, expression };
    const column = relation.columns.find((candidate) =>
      expressionsEqual(candidate.expression, expression),
    );
    if (column !== undefined) return { name: nameOfColumn(column, relation), expression };
    let name = generateName(expression);
    while (taken.has(name)) name = generateName(expression);
    return { name, expression };
  });
}
