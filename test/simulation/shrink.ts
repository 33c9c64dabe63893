import {
  type Case,
  isInOrder,
  type Pace,
  type QuerySpec,
  type RecordSpec,
  type SelectItem,
  type SourceSpec,
  type Value,
} from './case.ts';
import { allOf, type Expr, partsOf } from './expression.ts';

/**
 * The smallest case found that goes wrong in the same way, by trying one simplification after the other.
 *
 * @param problemOf what is wrong with a case; null when nothing is.
 * @param triesMax cases to run at most.
 */
export async function shrink(
  failing: Case,
  problemOf: (input: Case) => Promise<string | null>,
  triesMax = 3000,
): Promise<Case> {
  const kind = kindOf(await problemOf(failing));
  let smallest = failing;
  let tries = 0;
  for (let improved = true; improved;) {
    improved = false;
    for (const candidate of simplerCases(smallest)) {
      if (!isInOrder(candidate)) continue;
      if (++tries > triesMax) return smallest;
      if (kindOf(await problemOf(candidate)) !== kind) continue;
      smallest = candidate;
      improved = true;
      break;
    }
  }
  return smallest;
}

/** A refused statement is not a wrong result, however small the case, nor is another refusal. */
function kindOf(problem: string | null): string {
  if (problem === null) return 'right';
  const [first = ''] = problem.split('\n');
  return /^(?:refused|failed)/.test(problem) ? first.replaceAll(/[\d"`']+/g, '') : 'wrong';
}

/** More than any case has. */
const ALL_ROWS = 8_192;

/** Cases that are a bit simpler, the boldest simplifications first. */
function* simplerCases(input: Case): Generator<Case> {
  yield* simplerSettings(input);
  yield* fewerQueries(input);
  yield* fewerRecords(input);
  yield* fewerColumns(input);
  for (const [index, query] of input.queries.entries()) {
    for (const simpler of simplerQueries(query)) {
      yield { ...input, queries: input.queries.with(index, simpler) };
    }
  }
  yield* simplerRecords(input);
}

function* simplerSettings(input: Case): Generator<Case> {
  const { restartsBefore, partitionCount, ticks } = input;
  if (partitionCount > 1) yield { ...input, partitionCount: 1 };
  if (partitionCount > 2) yield { ...input, partitionCount: 2 };
  if (input.merge) yield { ...input, merge: false };
  if (input.pace !== null) yield* simplerPaces(input, input.pace);
  if (input.poison !== null) yield { ...input, poison: null };
  if (input.evict) yield { ...input, evict: false };
  if (input.emitIntervalMs > 0) yield { ...input, emitIntervalMs: 0 };
  if (input.backlog) yield { ...input, backlog: false };
  if (restartsBefore.length > 0) yield { ...input, restartsBefore: [] };
  for (const tick of restartsBefore) {
    yield { ...input, restartsBefore: restartsBefore.filter((other) => other !== tick) };
  }
  if (ticks.some((tick) => tick.length > 1) && restartsBefore.length === 0) {
    yield { ...input, ticks: ticks.flat().map((record) => [record]) };
  }
}

function* simplerPaces(input: Case, pace: Pace): Generator<Case> {
  yield { ...input, pace: null };
  if (pace.isHurried) yield { ...input, pace: { ...pace, isHurried: false } };
  if (pace.tickRecords !== null) yield { ...input, pace: { ...pace, tickRecords: null } };
  if (pace.roundRows < ALL_ROWS) yield { ...input, pace: { ...pace, roundRows: ALL_ROWS } };
  if (pace.chunkRows < ALL_ROWS) yield { ...input, pace: { ...pace, chunkRows: ALL_ROWS } };
}

function* fewerQueries(input: Case): Generator<Case> {
  for (const query of input.queries) {
    const queries = input.queries.filter((other) => other !== query);
    if (queries.length > 0 && isComplete(queries, input.sources))
      yield withoutUnread(input, queries);
  }
}

/** Whether everything that is read is there before it is read. */
function isComplete(queries: readonly QuerySpec[], sources: readonly SourceSpec[]): boolean {
  const known = new Set(sources.map(({ name }) => name));
  return queries.every((query) => {
    const reads = [query.from, ...query.joins.map(({ source }) => source)];
    if (query.statement === 'INSERT INTO') reads.push(query.sink);
    const isKnown = reads.every((name) => known.has(name));
    known.add(query.sink);
    return isKnown;
  });
}

function withoutUnread(input: Case, queries: readonly QuerySpec[]): Case {
  const read = new Set(
    queries.flatMap(({ from, joins, sink }) => [from, sink, ...joins.map(({ source }) => source)]),
  );
  if (input.poison !== null) read.add(input.poison.source);
  const ticks = input.ticks.map((tick) => tick.filter(({ source }) => read.has(source)));
  const sources = input.sources.filter(({ name }) => read.has(name));
  return withTicks({ ...input, sources, queries }, ticks);
}

/** Without empty ticks; restarts stay before the ticks they were before. */
function withTicks(input: Case, ticks: readonly (readonly RecordSpec[])[]): Case {
  const kept = [...ticks.keys()].filter((tick) => (ticks[tick] ?? []).length > 0);
  const restartsBefore = input.restartsBefore.flatMap((tick) => {
    const at = kept.findIndex((other) => other >= tick);
    return at < 0 ? [] : [at];
  });
  return {
    ...input,
    ticks: kept.map((tick) => ticks[tick] ?? []),
    restartsBefore: [...new Set(restartsBefore)],
  };
}

function* fewerRecords(input: Case): Generator<Case> {
  const count = input.ticks.flat().length;
  for (let size = Math.ceil(count / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < count; from += size) yield withoutRecords(input, from, from + size);
  }
}

function withoutRecords(input: Case, from: number, to: number): Case {
  let index = 0;
  const ticks = input.ticks.map((tick) =>
    tick.filter(() => {
      const isKept = index < from || index >= to;
      index++;
      return isKept;
    }),
  );
  return withTicks(input, ticks);
}

/** Without a value column that nobody reads. */
function* fewerColumns(input: Case): Generator<Case> {
  const used = new Set(
    input.queries
      .flatMap(exprsOf)
      .flatMap(allOf)
      .flatMap((part) => (part.kind === 'column' ? [`${part.source}.${part.name}`] : [])),
  );
  if (input.poison !== null) used.add(`${input.poison.source}.${input.poison.column}`);
  for (const source of input.sources) {
    for (const [index, { name }] of source.values.entries()) {
      if (source.values.length === 1 || used.has(`${source.name}.${name}`)) continue;
      const values = source.values.filter((_, i) => i !== index);
      const sources = input.sources.map((other) =>
        other === source ? { ...source, values } : other,
      );
      const ticks = input.ticks.map((tick) =>
        tick.map((record) =>
          record.source === source.name && Array.isArray(record.value)
            ? { ...record, value: record.value.filter((_, i) => i !== index) }
            : record,
        ),
      );
      yield { ...input, sources, ticks };
    }
  }
}

function exprsOf(query: QuerySpec): Expr[] {
  const { where, partitionBy, groupBy, having, keys, values, joins } = query;
  return [
    ...(where === null ? [] : [where]),
    ...(partitionBy ?? []),
    ...(groupBy ?? []),
    ...(having === null ? [] : [having]),
    ...[...keys, ...values].map(({ expr }) => expr),
    ...joins.flatMap(({ leftOn, rightOn }) => [leftOn, rightOn]),
  ];
}

function* simplerQueries(query: QuerySpec): Generator<QuerySpec> {
  const { where, having, values, keys, window } = query;
  if (where !== null) yield { ...query, where: null };
  if (having !== null) yield { ...query, having: null };
  if (query.emitFinal) yield { ...query, emitFinal: false };
  if (window !== null && window.retentionMs !== null) {
    yield { ...query, window: { ...window, retentionMs: null } };
  }
  for (const [index, item] of values.entries()) {
    if (values.length > 1) yield { ...query, values: values.filter((other) => other !== item) };
    for (const expr of simplerExprs(item.expr)) {
      const simpler: SelectItem = { ...item, expr };
      yield { ...query, values: values.with(index, simpler) };
    }
  }
  if (where !== null) for (const simpler of simplerExprs(where)) yield { ...query, where: simpler };
  for (const [index, item] of keys.entries()) {
    for (const expr of simplerExprs(item.expr)) yield withKey(query, index, expr);
  }
}

/** Keys stand in SELECT and in the clause that makes them. */
function withKey(query: QuerySpec, index: number, expr: Expr): QuerySpec {
  const { keys, groupBy, partitionBy } = query;
  return {
    ...query,
    keys: keys.with(index, { ...(keys[index] as SelectItem), expr }),
    groupBy: groupBy === null ? null : groupBy.with(index, expr),
    partitionBy: partitionBy === null ? null : partitionBy.with(index, expr),
  };
}

function* simplerExprs(expr: Expr): Generator<Expr> {
  for (const part of partsOf(expr)) if (part.type === expr.type) yield part;
  switch (expr.kind) {
    case 'arithmetic':
    case 'compare':
    case 'logical':
    case 'coalesce':
      for (const left of simplerExprs(expr.left)) yield { ...expr, left } as Expr;
      for (const right of simplerExprs(expr.right)) yield { ...expr, right } as Expr;
      return;
    case 'not':
      for (const operand of simplerExprs(expr.operand)) yield { ...expr, operand };
      return;
    case 'case':
      for (const when of simplerExprs(expr.when)) yield { ...expr, when };
      return;
    case 'aggregate':
      if (expr.argument !== null) {
        for (const argument of simplerExprs(expr.argument)) yield { ...expr, argument };
      }
      return;
    default:
  }
}

function* simplerRecords(input: Case): Generator<Case> {
  for (const [tick, records] of input.ticks.entries()) {
    for (const [index, record] of records.entries()) {
      for (const simpler of simplerRecord(record)) {
        yield { ...input, ticks: input.ticks.with(tick, records.with(index, simpler)) };
      }
    }
  }
}

function* simplerRecord(record: RecordSpec): Generator<RecordSpec> {
  const { value, time } = record;
  if (record.header !== null) yield { ...record, header: null };
  for (const smaller of [0, Math.floor(time / 2), time - 1]) {
    if (smaller >= 0 && smaller < time) yield { ...record, time: smaller };
  }
  if (!Array.isArray(value)) return;
  const values = value as readonly Value[];
  for (const [index, one] of values.entries()) {
    for (const simpler of simplerValues(one))
      yield { ...record, value: values.with(index, simpler) };
  }
}

function simplerValues(value: Value): Value[] {
  if (typeof value === 'bigint') return value === 0n ? [] : value === 1n ? [0n] : [0n, 1n];
  if (typeof value === 'string') return value === 'a' ? [] : ['a'];
  return [];
}
