import type { ColumnNode } from '../../grammar/ast.ts';
import { didYouMean } from '../catalog/did-you-mean.ts';
import type { Expression, PseudoColumn } from '../expressions/expression.ts';
import type { RowSchema } from '../sql/schema.ts';
import { BIGINT, INTEGER, type SqlType } from '../sql/types.ts';
import type { AggregateCalls } from './aggregate-calls.ts';
import { errorAt } from './error-at.ts';
import type { TableCalls } from './table-functions.ts';

/** A column that an expression may name. */
export interface ScopeColumn {
  /** The source's alias; empty for the key of a join that no source has. */
  readonly qualifier: string;
  /** As the source has it. */
  readonly name: string;
  /** The column in the row the expression is evaluated over. */
  readonly expression: Expression;
}

/** What the expressions of one clause can refer to. */
export interface Scope {
  /** For messages: `WHERE`, `GROUP BY`, ... */
  readonly clause: string;
  /** Aliases of the sources, FROM order. */
  readonly qualifiers: readonly string[];
  readonly columns: ReadonlyMap<string, readonly ScopeColumn[]>;
  /** Collects the aggregate calls of the clause; null where none may stand. */
  readonly aggregates: AggregateCalls | null;
  /** Collects the calls of table functions in the clause; null where none may stand. */
  readonly tableCalls: TableCalls | null;
}

export const PSEUDO_COLUMN_TYPES: Readonly<Record<PseudoColumn, SqlType>> = {
  ROWTIME: BIGINT,
  ROWPARTITION: INTEGER,
  ROWOFFSET: BIGINT,
  WINDOWSTART: BIGINT,
  WINDOWEND: BIGINT,
};

const RECORD_COLUMNS = ['ROWTIME', 'ROWPARTITION', 'ROWOFFSET'] as const;
const WINDOW_BOUNDS = ['WINDOWSTART', 'WINDOWEND'] as const;

/** Whether the name is one of the five that every source reserves. */
export function isPseudoColumn(name: string): name is PseudoColumn {
  return Object.hasOwn(PSEUDO_COLUMN_TYPES, name);
}

/** WINDOWSTART or WINDOWEND. */
export function isWindowBound(name: string): boolean {
  return name === 'WINDOWSTART' || name === 'WINDOWEND';
}

/** The pseudo columns that rows of this schema have. */
export function pseudoColumnsOf(schema: RowSchema): readonly PseudoColumn[] {
  return schema.window === null ? RECORD_COLUMNS : [...RECORD_COLUMNS, ...WINDOW_BOUNDS];
}

/** The node that reads a pseudo column of the row at hand. */
export function pseudoColumn(column: PseudoColumn): Expression {
  return { kind: 'pseudo', type: PSEUDO_COLUMN_TYPES[column], column };
}

/** A scope over these columns, in which neither aggregates nor table functions may be called. */
export function scopeOf(clause: string, columns: readonly ScopeColumn[]): Scope {
  const byName = new Map<string, ScopeColumn[]>();
  for (const column of columns) {
    const sameName = byName.get(column.name);
    if (sameName === undefined) byName.set(column.name, [column]);
    else sameName.push(column);
  }
  const qualifiers = new Set<string>();
  for (const { qualifier } of columns) if (qualifier !== '') qualifiers.add(qualifier);
  return {
    clause,
    qualifiers: [...qualifiers],
    columns: byName,
    aggregates: null,
    tableCalls: null,
  };
}

/**
 * The column a name stands for.
 * @throws DatabaseError UNKNOWN_SOURCE for an unknown qualifier, UNKNOWN_COLUMN for an unknown name, BAD_STATEMENT
 *   for a name that several sources have.
 */
export function resolveColumn(node: ColumnNode, scope: Scope): ScopeColumn {
  const { qualifier, name } = node;
  if (qualifier !== null && !scope.qualifiers.includes(qualifier.name)) {
    const known = scope.qualifiers.join(', ');
    throw errorAt(
      'UNKNOWN_SOURCE',
      qualifier,
      `${qualifier.name} is no stream, table or alias of this query.` +
        (known === '' ? '' : ` It reads from ${known}.`),
    );
  }
  const named = scope.columns.get(name.name) ?? [];
  const found =
    qualifier === null ? named : named.filter((column) => column.qualifier === qualifier.name);
  if (found.length === 1) return found[0]!;
  if (found.length === 0) throw unknownColumn(node, scope);
  const choices = found.map((column) => `${column.qualifier}.${column.name}`);
  throw errorAt(
    'BAD_STATEMENT',
    node,
    `Column ${name.name} is ambiguous: it could be ${choices.join(' or ')}. Put the source's name before it.`,
  );
}

function unknownColumn(node: ColumnNode, scope: Scope): Error {
  const { qualifier, name } = node;
  const written = qualifier === null ? name.name : `${qualifier.name}.${name.name}`;
  if (isWindowBound(name.name)) {
    return errorAt(
      'UNKNOWN_COLUMN',
      node,
      `${scope.clause} column ${written} cannot be resolved: only rows of a windowed source, and the SELECT of a windowed aggregation over one source, have window bounds.`,
    );
  }
  const names = [...scope.columns.values()]
    .flat()
    .filter((column) => qualifier === null || column.qualifier === qualifier.name)
    .map((column) => column.name);
  if (names.length === 0) {
    return errorAt(
      'UNKNOWN_COLUMN',
      node,
      `${scope.clause} cannot contain columns, only constants; found ${written}.`,
    );
  }
  const hint = didYouMean(name.name, names) || quotesHint(name.name);
  const ofSources = qualifier === null ? scope.qualifiers.join(', ') : qualifier.name;
  return errorAt(
    'UNKNOWN_COLUMN',
    node,
    `${scope.clause} column ${written} cannot be resolved: there is none in ${ofSources}.${hint}`,
  );
}

/** Unquoted names are upper-cased, so one with small letters was quoted: perhaps it was meant as text. */
function quotesHint(name: string): string {
  return name === name.toUpperCase() ? '' : ' If it is text, put it in single quotes.';
}
