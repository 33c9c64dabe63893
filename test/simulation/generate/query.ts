import type { KeyFormat, QuerySpec, SelectItem } from '../case.ts';
import { allOf, type Expr, sameExpr } from '../expression.ts';
import type { Choices } from '../random.ts';
import { aggregateItems, havingOf, windowOf } from './aggregation.ts';
import { conditionOf, expressionOf, isConstant } from './expressions.ts';
import type { Focus } from './focus.ts';
import type { Relation } from './relation.ts';

type Base = Omit<QuerySpec, 'keys' | 'values'>;

/** A random query over a relation. */
export function queryOver(
  choices: Choices,
  focus: Focus,
  relation: Relation,
  sink: string,
): QuerySpec {
  const base: Base = {
    statement: relation.kind === 'TABLE' ? 'CREATE TABLE' : 'CREATE STREAM',
    sink,
    from: relation.from,
    joins: relation.joins,
    where: choices.orNull(0.55, () => conditionOf(choices, relation.scope)),
    partitionBy: null,
    groupBy: null,
    window: null,
    having: null,
    emitFinal: false,
    keyFormat: null,
  };
  if (relation.knowsBefore && choices.chance(focus.aggregations)) {
    return aggregation(choices, focus, relation, base);
  }
  if (relation.kind === 'STREAM' && choices.chance(0.4)) {
    return repartitioning(choices, relation, base);
  }
  return projection(choices, relation, base);
}

/** Some expressions under the same key. */
function projection(choices: Choices, relation: Relation, base: Base): QuerySpec {
  const keys = relation.keys.map((expr, index): SelectItem => ({ expr, as: `K${index}` }));
  return { ...base, keys, values: valueItems(choices, relation, relation.keys) };
}

/** @param taken what is selected as key: the same again would be refused. */
function valueItems(choices: Choices, { scope }: Relation, taken: readonly Expr[]): SelectItem[] {
  return choices.many(choices.between(1, 3), (index): SelectItem => {
    const type = choices.of(['INTEGER', 'BIGINT', 'VARCHAR', 'BOOLEAN', 'INTEGER'] as const);
    let expr = expressionOf(choices, scope, type);
    while (taken.some((key) => repeats(expr, key))) expr = expressionOf(choices, scope, type);
    return { expr, as: `V${index}` };
  });
}

function repartitioning(choices: Choices, relation: Relation, base: Base): QuerySpec {
  const partitionBy = newKeys(choices, relation);
  return {
    ...base,
    partitionBy,
    keys: partitionBy.map((expr, index): SelectItem => ({ expr, as: `P${index}` })),
    values: valueItems(choices, relation, partitionBy),
    keyFormat: keyFormatFor(choices, partitionBy, relation.keyFormat),
  };
}

function aggregation(choices: Choices, focus: Focus, relation: Relation, base: Base): QuerySpec {
  const ownKeys = relation.keys.length > 0 && choices.chance(focus.ownGroups);
  const groupBy = ownKeys ? [...relation.keys] : newKeys(choices, relation);
  const canWindow = relation.kind === 'STREAM';
  const window = canWindow && choices.chance(focus.windows) ? windowOf(choices, focus) : null;
  return {
    ...base,
    statement: 'CREATE TABLE',
    groupBy,
    window,
    emitFinal: window !== null && choices.chance(focus.finals),
    having: choices.orNull(0.7, () => havingOf(choices, relation)),
    keys: groupBy.map((expr, index) => ({ expr, as: `G${index}` })),
    values: aggregateItems(
      choices,
      focus,
      relation,
      window !== null && relation.joins.length === 0,
    ),
    keyFormat: keyFormatFor(choices, groupBy, relation.keyFormat),
  };
}

/** One or two expressions to group or partition by. */
function newKeys(choices: Choices, { scope }: Relation): Expr[] {
  const exprs = choices.many(choices.chance(0.75) ? 1 : 2, (): Expr => {
    const type = choices.of(['INTEGER', 'VARCHAR', 'BIGINT', 'INTEGER'] as const);
    const columns = scope.filter((column) => column.type === type);
    return columns.length > 0 && choices.chance(0.7)
      ? choices.of(columns)
      : expressionOf(choices, scope, type, 1);
  });
  const keys = exprs.filter(
    (expr, index) =>
      !isConstant(expr) && exprs.findIndex((other) => sameExpr(other, expr)) === index,
  );
  return keys.length > 0 ? keys : [choices.of(scope)];
}

function keyFormatFor(
  choices: Choices,
  keys: readonly Expr[],
  inherited: KeyFormat,
): KeyFormat | null {
  const needsJson = keys.length > 1 || keys.some(({ type }) => type === 'BOOLEAN');
  if (needsJson && inherited !== 'JSON') return 'JSON';
  if (needsJson) return choices.orNull(0.5, () => 'JSON' as const);
  return choices.orNull(0.7, () => choices.of(['KAFKA', 'JSON'] as const));
}

/** Whether the expression is a key again, or computes a key's expression anew, which is not said to be allowed. */
function repeats(expr: Expr, key: Expr): boolean {
  if (key.kind === 'column') return sameExpr(expr, key);
  return allOf(expr).some((part) => sameExpr(part, key));
}
