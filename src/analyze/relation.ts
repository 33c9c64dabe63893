import type { AliasedSource, QueryNode, RelationNode } from '../../grammar/ast.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Source } from '../catalog/source.ts';
import type { Expression } from '../expressions/expression.ts';
import { columnsOf } from '../sql/schema.ts';
import { queryExpressions, walk } from './ast-walk.ts';
import { errorAt } from './error-at.ts';
import { analyzeJoin } from './join.ts';
import type { LogicalNode, LogicalSource } from './logical-plan.ts';
import { lookupSource } from './lookup-source.ts';
import { isPseudoColumn, pseudoColumn, pseudoColumnsOf, type ScopeColumn } from './scope.ts';

/** What FROM yields: the rows, and how expressions above name their columns. */
export interface Relation {
  readonly node: LogicalNode;
  readonly columns: readonly ScopeColumn[];
  /** FROM order. */
  readonly sources: readonly AnalyzedSource[];
  /** Null for a single source. */
  readonly join: JoinKey | null;
}

export interface AnalyzedSource {
  readonly alias: string;
  readonly source: Source;
}

/** What is known about the key of joined rows. */
export interface JoinKey {
  /**
   * Columns that may name the key of the result, best first. The first that is selected does, and then holds the key's
   * value. A foreign-key join has the key columns of its left table instead, all of which name the key.
   */
  readonly viable: readonly ScopeColumn[];
  /** Whether `viable` are the columns of the key, one by one. */
  readonly isWholeKey: boolean;
  /** What stands for the key where no column can: a column of its own. Null when `viable` has any. */
  readonly synthetic: ScopeColumn | null;
  /** The operands of conditions that equal the key; a further join on one of them needs no new key. */
  readonly equal: readonly JoinOperand[];
  /** The viable columns that always hold the same as the key: those of no side that can be missing. */
  readonly equivalent: readonly ScopeColumn[];
}

/** One operand of ON. */
export interface JoinOperand {
  /** The column when it is a plain one. */
  readonly column: ScopeColumn | null;
  /** With every column under its source's name: equal operands, equal texts. */
  readonly text: string;
}

/**
 * The sources of a query, joined.
 * @throws DatabaseError UNKNOWN_SOURCE; BAD_STATEMENT for joins the dialect or this version does not have.
 */
export function analyzeRelation(query: QueryNode, catalog: Catalog): Relation {
  const { first, joins }: RelationNode = query.from;
  const pseudoColumns = joins.length === 0 ? new Set<string>() : pseudoColumnsNeeded(query);
  let relation = singleSource(first, catalog);
  for (const join of joins) {
    const right = singleSource(join.right, catalog);
    refuseRepeated(join.right, relation, right);
    relation = analyzeJoin({ join, left: relation, right, pseudoColumns });
  }
  return relation;
}

function singleSource(aliased: AliasedSource, catalog: Catalog): Relation {
  const source = lookupSource(catalog, aliased.source);
  const alias = aliased.alias?.name ?? source.name;
  const node: LogicalSource = {
    kind: 'source',
    source,
    alias,
    result: source.kind === 'STREAM' ? 'stream' : 'table',
    schema: source.schema,
  };
  const columns = columnsOf(source.schema).map(({ name, type }, index) => ({
    qualifier: alias,
    name,
    expression: { kind: 'column', type, index, name } satisfies Expression,
  }));
  const pseudo = pseudoColumnsOf(source.schema).map((name) => ({
    qualifier: alias,
    name,
    expression: pseudoColumn(name),
  }));
  return {
    node,
    columns: [...columns, ...pseudo],
    sources: [{ alias, source }],
    join: null,
  };
}

function refuseRepeated(at: AliasedSource, left: Relation, right: Relation): void {
  const [added] = right.sources;
  for (const { alias, source } of left.sources) {
    if (source.name === added?.source.name) {
      throw errorAt(
        'BAD_STATEMENT',
        at,
        left.sources.length === 1
          ? `Can not join '${source.name}' to '${source.name}': self joins are not yet supported. Copy it first: CREATE ... AS SELECT * FROM ${source.name}.`
          : `N-way joins do not support multiple occurrences of the same source. Source: '${source.name}'.`,
      );
    }
    if (alias === added?.alias) {
      throw errorAt(
        'BAD_STATEMENT',
        at,
        `Two sources of the query are called ${alias}. Give one of them another alias.`,
      );
    }
  }
}

/**
 * Joined rows carry a pseudo column of a source only when the query names it, or could by a wildcard: PARTITION BY
 * makes them ordinary columns.
 */
function pseudoColumnsNeeded(query: QueryNode): ReadonlySet<string> {
  const needed = new Set<string>();
  for (const expression of queryExpressions(query)) {
    for (const node of walk(expression)) {
      if (node.kind === 'column' && isPseudoColumn(node.name.name)) needed.add(node.name.name);
    }
  }
  const hasWildcard = query.items.some((item) => item.kind === 'selectAll');
  if (hasWildcard) for (const name of ['WINDOWSTART', 'WINDOWEND']) needed.add(name);
  if (hasWildcard && query.partitionBy !== null) {
    for (const name of ['ROWTIME', 'ROWPARTITION', 'ROWOFFSET']) needed.add(name);
  }
  return needed;
}

/**
 * The columns that stand for the key of joined rows, in the order of its columns: the first viable one that is
 * selected, or all key columns of a foreign-key join. Empty when none is selected.
 */
export function chosenKey(
  items: readonly { readonly column: ScopeColumn | null }[],
  { viable, isWholeKey }: JoinKey,
): readonly ScopeColumn[] {
  if (isWholeKey) return viable;
  const chosen = viable.find((column) => items.some((item) => item.column === column));
  return chosen === undefined ? [] : [chosen];
}
