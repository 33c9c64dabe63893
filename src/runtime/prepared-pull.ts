import type { AnalyzedQuery } from '../analyze/logical-plan.ts';
import { notQueryable } from '../analyze/pull-help.ts';
import type { PullPlan } from '../analyze/pull.ts';
import { assert } from '../base/assert.ts';
import type { Env } from '../base/env.ts';
import { DatabaseError } from '../base/errors.ts';
import type { QueryColumn } from '../engine.ts';
import { compilePredicate, compileRow } from '../expressions/compile.ts';
import type { ErrorSink, EvaluatePredicate, RowContext } from '../expressions/evaluation.ts';
import type { Expression } from '../expressions/expression.ts';
import { matches } from '../operators/filter-stream.ts';
import type { Change } from '../operators/change.ts';
import type { EvaluationError } from '../sql/evaluation-error.ts';
import type { Row } from '../sql/types.ts';
import type { Store } from '../state/store.ts';
import { MaterializedTable } from './materialized-table.ts';
import type { PersistentQuery } from './persistent-query.ts';
import type { PullAmbient } from './pull-ambient.ts';
import type { ProcessingLog } from './processing-log.ts';

/** What pull queries share. */
export interface PullServices {
  readonly store: Store;
  readonly clock: Env['clock'];
  readonly processingLog: ProcessingLog;
}

/**
 * A pull query on a table that is planned and compiled: it can be run any number of times, as long as the query that
 * keeps the table runs as it was planned.
 */
export class PreparedPull {
  readonly columns: readonly QueryColumn[];
  readonly table: MaterializedTable;
  readonly limit: number | null;
  readonly services: PullServices;
  readonly #ambient: PullAmbient;
  readonly #project: (row: Row, context: RowContext) => Row;
  readonly #keep: (row: Row, context: RowContext) => boolean;

  /**
   * @param options.predicate evaluated on every row found; null keeps all.
   * @throws DatabaseError BAD_STATEMENT when the query keeps no state.
   */
  constructor(options: {
    query: AnalyzedQuery;
    predicate: PullPlan['predicate'];
    writer: PersistentQuery;
    services: PullServices;
    ambient: PullAmbient;
  }) {
    const { query, predicate, writer, services, ambient } = options;
    const name = query.sources[0]?.name ?? 'the source';
    const errors = {
      report: (message: string) =>
        services.processingLog.report({ origin: `pull queries on ${name}`, message }),
    };
    const table = MaterializedTable.of({ writer, errors, ambient });
    if (table === null) throw notMaterialized(name);
    this.#ambient = ambient;
    this.table = table;
    this.services = services;
    this.limit = query.limit;
    this.columns = columnsOf(query);
    this.#project = projectionOf(query, { errors, ambient });
    this.#keep = predicateOf(predicate, { errors, ambient });
  }

  /** Whether it may be run again: nothing in it depended on the time or on chance. */
  get isReusable(): boolean {
    return !this.#ambient.wasAsked;
  }

  /** Whether a plan asks for one key of a table without windows, which takes no snapshot and no waiting. */
  isSingle(plan: PullPlan): plan is PullPlan & { kind: 'keyLookup' } {
    return plan.kind === 'keyLookup' && plan.lookups.length === 1 && !this.table.isWindowed;
  }

  /** The whole answer for a plan that is single. */
  single({ lookups: [lookup] }: PullPlan & { kind: 'keyLookup' }): Row[] {
    if (lookup === undefined || this.limit === 0) return [];
    const rows = this.results(this.table.get(lookup.key, this.services.store));
    return this.limit === null ? rows : rows.slice(0, this.limit);
  }

  /** The rows of the answer among those of the table. */
  results(changes: readonly Change[]): Row[] {
    const rows: Row[] = [];
    for (const change of changes) {
      const { after } = change;
      if (after !== null && this.#keep(after, change)) rows.push(this.#project(after, change));
    }
    return rows;
  }
}

interface Evaluation {
  readonly errors: ErrorSink;
  readonly ambient: PullAmbient;
}

function columnsOf({ root, output }: AnalyzedQuery): QueryColumn[] {
  const keys = new Set(root.input.schema.keys.map((column) => column.name));
  return output.map(({ name, type }) => {
    const isKey = keys.has(name) || name === 'WINDOWSTART' || name === 'WINDOWEND';
    return { name, type, isKey };
  });
}

function projectionOf(
  { root, output }: AnalyzedQuery,
  { errors, ambient }: Evaluation,
): (row: Row, context: RowContext) => Row {
  const expressions = [...root.keys, ...root.values].map(({ expression }) => expression);
  const shown = output.map(({ index }) => expressions[index]);
  assert(
    shown.every((expression) => expression !== undefined),
    'every output column has an expression',
  );
  const report = (index: number, error: EvaluationError): void =>
    errors.report(`column ${output[index]?.name ?? index}: ${error.message}`);
  return compileRow(shown, 'pull', report, ambient);
}

function predicateOf(
  predicate: Expression | null,
  { errors, ambient }: Evaluation,
): EvaluatePredicate {
  if (predicate === null) return () => true;
  const evaluate = compilePredicate(predicate, 'pull', ambient);
  return (row, context) => matches(evaluate, row, context, errors);
}

function notMaterialized(name: string): DatabaseError {
  return new DatabaseError('BAD_STATEMENT', notQueryable(name));
}
