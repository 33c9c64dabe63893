import type {
  Case,
  ColumnSpec,
  JoinSpec,
  PoisonSpec,
  QuerySpec,
  SourceSpec,
  WindowSpec,
  WithinSpec,
} from './case.ts';
import { type Expr, sqlOf } from './expression.ts';

/** The query that may fail. */
export const POISON = 'POISON';

/** The statements of a case: its sources, then its queries. */
export function statementsOf({ sources, queries, partitionCount, poison }: Case): string[] {
  const poisonText = poison === null ? [] : [poisonQuery(poison)];
  return [
    ...sources.map((source) => createSource(source, partitionCount)),
    ...(poison?.first === true ? poisonText : []),
    ...queries.map(queryText),
    ...(poison?.first === false ? poisonText : []),
  ];
}

function poisonQuery({ source, column, weight }: PoisonSpec): string {
  return (
    `CREATE TABLE ${POISON} WITH (KEY_FORMAT='JSON') AS SELECT ${column} AS G0, ` +
    `SUM(CAST((${column} * 0 + ${weight}) AS DECIMAL(1, 0))) AS A0 FROM ${source} GROUP BY ${column} EMIT CHANGES;`
  );
}

function createSource(source: SourceSpec, partitionCount: number): string {
  const { kind, name, keys, values, keyFormat } = source;
  const marker = kind === 'TABLE' ? 'PRIMARY KEY' : 'KEY';
  const columns = [
    ...keys.map((column) => `${columnText(column)} ${marker}`),
    ...values.map(columnText),
  ];
  return (
    `CREATE ${kind} ${name} (${columns.join(', ')}) WITH (KAFKA_TOPIC='${name}', ` +
    `KEY_FORMAT='${keyFormat}', VALUE_FORMAT='JSON', PARTITIONS=${partitionCount});`
  );
}

function columnText({ name, type }: ColumnSpec): string {
  return `${name} ${type}`;
}

function queryText(query: QuerySpec): string {
  const qualified = query.joins.length > 0;
  const sql = (expr: Expr): string => sqlOf(expr, qualified);
  const list = (exprs: readonly Expr[]): string => exprs.map(sql).join(', ');
  const format = query.keyFormat === null ? '' : ` WITH (KEY_FORMAT='${query.keyFormat}')`;
  const items = [...query.keys, ...query.values].map(({ expr, as }) => `${sql(expr)} AS ${as}`);
  const clauses = [
    query.statement === 'INSERT INTO'
      ? `INSERT INTO ${query.sink} SELECT`
      : `${query.statement} ${query.sink}${format} AS SELECT`,
    items.join(', '),
    `FROM ${query.from}`,
    ...query.joins.map((join) => joinText(join)),
    ...(query.window === null ? [] : [`WINDOW ${windowText(query.window)}`]),
    ...(query.where === null ? [] : [`WHERE ${sql(query.where)}`]),
    ...(query.partitionBy === null ? [] : [`PARTITION BY ${list(query.partitionBy)}`]),
    ...(query.groupBy === null ? [] : [`GROUP BY ${list(query.groupBy)}`]),
    ...(query.having === null ? [] : [`HAVING ${sql(query.having)}`]),
    `EMIT ${query.emitFinal ? 'FINAL' : 'CHANGES'};`,
  ];
  return clauses.join(' ');
}

function joinText({ type, source, within, leftOn, rightOn }: JoinSpec): string {
  const on = `${sqlOf(leftOn, true)} = ${sqlOf(rightOn, true)}`;
  return `${type} JOIN ${source}${within === null ? '' : withinText(within)} ON ${on}`;
}

function withinText({ beforeMs, afterMs, graceMs }: WithinSpec): string {
  const range =
    beforeMs === afterMs ? duration(beforeMs) : `(${duration(beforeMs)}, ${duration(afterMs)})`;
  return ` WITHIN ${range}${graceMs === null ? '' : ` GRACE PERIOD ${duration(graceMs)}`}`;
}

function windowText({ kind, sizeMs, advanceMs, graceMs, retentionMs }: WindowSpec): string {
  const parts = [
    kind === 'SESSION' ? duration(sizeMs) : `SIZE ${duration(sizeMs)}`,
    ...(kind === 'HOPPING' ? [`ADVANCE BY ${duration(advanceMs)}`] : []),
    ...(retentionMs === null ? [] : [`RETENTION ${duration(retentionMs)}`]),
    ...(graceMs === null ? [] : [`GRACE PERIOD ${duration(graceMs)}`]),
  ];
  return `${kind} (${parts.join(', ')})`;
}

function duration(ms: number): string {
  return `${ms} MILLISECONDS`;
}
