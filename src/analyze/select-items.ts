import type { QueryNode, SelectItem } from '../../grammar/ast.ts';
import { assert, unreachable } from '../base/assert.ts';
import type { Expression } from '../expressions/expression.ts';
import { columnsOf } from '../sql/schema.ts';
import { errorAt, type Located } from './error-at.ts';
import { analyzeTyped } from './expressions.ts';
import { joinedName } from './join-condition.ts';
import { fieldsOf } from './nested.ts';
import type { Relation } from './relation.ts';
import { isPseudoColumn, isWindowBound, resolveColumn, type Scope } from './scope.ts';
import type { ScopeColumn } from './scope.ts';

/** One column of the SELECT list, wildcards expanded. */
export interface SelectedItem {
  /** Its name in the result. */
  readonly name: string;
  readonly expression: Expression;
  /** The column it is, when it is a plain one. */
  readonly column: ScopeColumn | null;
  readonly aliased: boolean;
  readonly fromWildcard: boolean;
  /** Where it stands. */
  readonly node: Located;
}

/** What a wildcard stands for. */
export interface WildcardColumn {
  readonly expression: Expression;
  /** Null for an expression that is not a plain column. */
  readonly column: ScopeColumn | null;
}

/**
 * The columns a query selects, in order, each with its name (section 5.2 of the dialect reference).
 * @param wildcard the columns of `*`, or of `A.*` when given a qualifier.
 * @throws DatabaseError for a reserved alias, a bare NULL, an unknown qualifier and all that is wrong in expressions.
 */
export function analyzeItems(
  query: QueryNode,
  relation: Relation,
  scope: Scope,
  wildcard: (qualifier: string | null) => readonly WildcardColumn[],
): readonly SelectedItem[] {
  const generateName = nameGenerator(relation);
  return query.items.flatMap((item) => analyzeItem(item));

  function analyzeItem(item: SelectItem): readonly SelectedItem[] {
    switch (item.kind) {
      case 'selectStruct':
        return fieldsOf(item.base, analyzeTyped(item.base, scope, 'A SELECT item')).map(
          (expression) => ({
            name: generateName(expression),
            expression,
            column: null,
            aliased: false,
            fromWildcard: true,
            node: item,
          }),
        );
      case 'selectAll': {
        const { qualifier } = item;
        if (qualifier !== null && !scope.qualifiers.includes(qualifier.name)) {
          throw errorAt(
            'UNKNOWN_SOURCE',
            qualifier,
            `${qualifier.name} is no stream, table or alias of this query. It reads from ${scope.qualifiers.join(', ')}.`,
          );
        }
        return wildcard(qualifier?.name ?? null).map(({ expression, column }) => ({
          name: column === null ? generateName(expression) : nameInWildcard(column, relation),
          expression,
          column,
          aliased: false,
          fromWildcard: true,
          node: item,
        }));
      }
      case 'selectExpression': {
        const { alias, expression: node } = item;
        if (alias !== null && isPseudoColumn(alias.name)) {
          throw errorAt(
            'BAD_STATEMENT',
            alias,
            `\`${alias.name}\` is a reserved column name. You cannot use it as an alias for a column.`,
          );
        }
        const expression = analyzeTyped(node, scope, 'A SELECT item');
        const column = node.kind === 'column' ? resolveColumn(node, scope) : null;
        const name =
          alias?.name ??
          (column === null ? generateName(expression) : nameOfColumn(column, relation));
        const aliased = alias !== null;
        return [{ name, expression, column, aliased, fromWildcard: false, node: item }];
      }
      default:
        return unreachable(item);
    }
  }
}

/** The name a plain column gets when it has no alias: its own, unless another source of the join has the same. */
export function nameOfColumn(column: ScopeColumn, relation: Relation): string {
  const { qualifier, name } = column;
  if (relation.sources.length === 1) return name;
  const shared =
    isPseudoColumn(name) ||
    relation.columns.some((other) => other.name === name && other.qualifier !== qualifier);
  return shared ? joinedName(qualifier, name) : name;
}

function nameInWildcard(column: ScopeColumn, relation: Relation): string {
  const { qualifier, name } = column;
  return relation.sources.length === 1 ? name : joinedName(qualifier, name);
}

/**
 * Names expressions that are no plain columns: `s->f` F, F_1, F_2, ..., where digits that end the field's own name
 * after an underscore do not count, and all else KSQL_COL_0, KSQL_COL_1, ...; names that a source has are skipped.
 */
export function nameGenerator(relation: Relation): (expression: Expression) => string {
  const taken = new Set(relation.columns.map((column) => column.name));
  let count = 0;
  return (expression) => {
    if (expression.kind === 'dereference') {
      const base = expression.field.replace(/(?<=.)_\d+$/, '');
      let name = base;
      for (let suffix = 1; taken.has(name); suffix++) name = `${base}_${suffix}`;
      taken.add(name);
      return name;
    }
    while (taken.has(`KSQL_COL_${count}`)) count += 1;
    return `KSQL_COL_${count++}`;
  };
}

/**
 * What `*` and `A.*` are without PARTITION BY: keys, window bounds, values, source by source. The synthetic key of a
 * join comes first, and belongs to no source.
 */
export function allColumns(
  relation: Relation,
  qualifier: string | null,
): readonly WildcardColumn[] {
  const synthetic = relation.join?.synthetic ?? null;
  const first = synthetic === null || qualifier !== null ? [] : [asWildcard(synthetic)];
  const ofSources = relation.sources.flatMap(({ alias, source }) => {
    if (qualifier !== null && alias !== qualifier) return [];
    const bounds = source.schema.window === null ? [] : ['WINDOWSTART', 'WINDOWEND'];
    const { keys, values } = source.schema;
    const names = [...keys.map(({ name }) => name), ...bounds, ...values.map(({ name }) => name)];
    return names.map((name) => asWildcard(columnOf(relation, alias, name)));
  });
  return [...first, ...ofSources];
}

/** Value columns, pseudo columns of joined rows, then key columns, source by source; a synthetic key last. */
export function columnsToPartition(
  relation: Relation,
  qualifier: string | null,
): readonly ScopeColumn[] {
  const joined = relation.join !== null;
  const synthetic = relation.join?.synthetic ?? null;
  const last = synthetic === null || qualifier !== null ? [] : [synthetic];
  const ofSources = relation.sources.flatMap(({ alias, source }) => {
    if (qualifier !== null && alias !== qualifier) return [];
    const { keys, values } = source.schema;
    const pseudo = relation.columns.filter(
      (column) => joined && column.qualifier === alias && isPseudoColumn(column.name),
    );
    return [
      ...values.map(({ name }) => columnOf(relation, alias, name)),
      ...pseudo,
      ...keys.map(({ name }) => columnOf(relation, alias, name)),
    ];
  });
  return [...ofSources, ...last];
}

/** A wildcard's entry for a plain column. */
export function asWildcard(column: ScopeColumn): WildcardColumn {
  return { expression: column.expression, column };
}

/** How many columns the rows of the relation have. */
export function columnCount(relation: Relation): number {
  return columnsOf(relation.node.schema).length;
}

/** Whether the item is WINDOWSTART or WINDOWEND of a single source, under that name. */
export function isBareWindowBound(item: SelectedItem): boolean {
  return !item.aliased && item.column !== null && isWindowBound(item.name);
}

function columnOf(relation: Relation, alias: string, name: string): ScopeColumn {
  const found = relation.columns.find(
    (column) => column.qualifier === alias && column.name === name,
  );
  assert(found !== undefined, 'every column of a source can be named');
  return found;
}
