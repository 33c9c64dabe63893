import type { ColumnSpec, KeyFormat, QuerySpec, SourceSpec } from '../case.ts';
import type { Expr } from '../expression.ts';
import type { Scope } from './expressions.ts';

/** Rows that a query can begin with: one source, or a join. */
export interface Relation {
  readonly from: string;
  readonly joins: QuerySpec['joins'];
  readonly kind: 'STREAM' | 'TABLE';
  readonly scope: Scope;
  /** The key columns as select items name them. */
  readonly keys: readonly Expr[];
  /** Operands of join conditions that are known to equal the key. */
  readonly equal: readonly Expr[];
  readonly keyFormat: KeyFormat;
  /** Whether rows from before a change are known, which aggregations need. */
  readonly knowsBefore: boolean;
}

/** The columns of a source, pseudo columns among them. */
export function scopeOf(source: SourceSpec): Scope {
  const column = ({ name, type }: ColumnSpec): Scope[number] => {
    return { kind: 'column', source: source.name, name, type };
  };
  const pseudo: ColumnSpec[] = [{ name: 'ROWTIME', type: 'BIGINT' }];
  // Offsets of what queries write count the markers of their commits, too.
  if (source.isWritten !== true) {
    pseudo.push({ name: 'ROWPARTITION', type: 'INTEGER' }, { name: 'ROWOFFSET', type: 'BIGINT' });
  }
  return [...source.keys, ...source.values, ...pseudo].map(column);
}

/** One source as a relation. */
export function relationOf(source: SourceSpec): Relation {
  const scope = scopeOf(source);
  return {
    from: source.name,
    joins: [],
    kind: source.kind,
    scope,
    keys: scope.slice(0, source.keys.length),
    equal: [],
    keyFormat: source.keyFormat,
    knowsBefore: true,
  };
}
