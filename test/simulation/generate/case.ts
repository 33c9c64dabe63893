import type {
  Case,
  ColumnSpec,
  ColumnType,
  KeyFormat,
  PoisonSpec,
  QuerySpec,
  RecordSpec,
  SourceSpec,
} from '../case.ts';
import { columnsOf } from '../oracle/rows.ts';
import { Choices } from '../random.ts';
import { conditionOf } from './expressions.ts';
import { type Focus, focusOf } from './focus.ts';
import { queryOver } from './query.ts';
import { paced } from './pace.ts';
import { recordsOf } from './records.ts';
import { joinOf } from './join.ts';
import { relationOf, type Relation } from './relation.ts';

/** The case of a seed: some sources, some queries over them and over each other, and what is written. */
export function caseOf(seed: number): Case {
  const choices = new Choices(seed);
  const focus = focusOf(choices);
  const kinds = choices.of(focus.kinds);
  const keyType = choices.of(KEY_TYPES);
  const { plainKeys } = focus;
  const sources = choices.many(choices.of(focus.sourceCounts), (index) =>
    sourceOf(choices, { index, kind: choices.of(kinds), keyType, plainKeys }),
  );
  const queries = queriesOf(choices, focus, sources);
  const partitionCount = choices.of([1, 1, 1, 2, 3]);
  const records = recordsOf(choices, focus, sources, queries);
  const isOneByOne = choices.chance(focus.oneByOne) || queries.some(needsSingleRecords);
  const ticks = isOneByOne ? records.map((record) => [record]) : ticksOf(choices, focus, records);
  const restartsBefore = choices.chance(focus.restarts)
    ? ticks.flatMap((_, tick) => (choices.chance(0.2) ? [tick] : []))
    : [];
  const input = {
    seed,
    sources,
    queries,
    ticks,
    partitionCount,
    merge: choices.chance(0.15),
    poison: poisonOf(choices, focus, sources, records),
    restartsBefore,
    evict: choices.chance(0.3),
    backlog: choices.chance(0.5),
    emitIntervalMs: choices.of(focus.emitIntervals),
  };
  return isOneByOne ? { ...input, pace: null } : paced(choices, input);
}

/** Now and then a query over a source that is written to. */
function poisonOf(
  choices: Choices,
  focus: Focus,
  sources: readonly SourceSpec[],
  records: readonly RecordSpec[],
): PoisonSpec | null {
  if (!choices.chance(focus.poison)) return null;
  const written = sources.filter(({ name }) => records.some(({ source }) => source === name));
  const places = written.flatMap(({ name, values }) =>
    values.flatMap((column) => (column.type === 'INTEGER' ? [{ name, column: column.name }] : [])),
  );
  if (places.length === 0) return null;
  const { name, column } = choices.of(places);
  return {
    source: name,
    column,
    weight: choices.of([3, 5, 5]),
    first: choices.chance(focus.poisonFirst),
  };
}

/** Rows of some joins meet within a tick in an order that is the engine's own. */
function needsSingleRecords({ joins }: QuerySpec): boolean {
  return joins.length > 1 || joins.some(({ kind }) => kind === 'foreign-key');
}

const KEY_TYPES: readonly ColumnType[] = ['INTEGER', 'VARCHAR', 'BIGINT'];

/** @param keyType of most sources of the case, so that they can be joined. */
function sourceOf(
  choices: Choices,
  {
    index,
    kind,
    keyType,
    plainKeys,
  }: { index: number; kind: SourceSpec['kind']; keyType: ColumnType; plainKeys: number },
): SourceSpec {
  const keys = choices.many(choices.chance(plainKeys) ? 1 : 2, (i): ColumnSpec => {
    return { name: `K${i}`, type: choices.chance(plainKeys) ? keyType : choices.of(KEY_TYPES) };
  });
  const values = choices.many(choices.between(1, 4), (i): ColumnSpec => {
    const type = choices.of(['INTEGER', 'BIGINT', 'VARCHAR', 'INTEGER', 'BOOLEAN'] as const);
    return { name: `C${i}`, type };
  });
  const keyFormat: KeyFormat = keys.length > 1 ? 'JSON' : choices.of(['KAFKA', 'JSON']);
  return { kind, name: `${kind === 'STREAM' ? 'S' : 'T'}${index}`, keys, values, keyFormat };
}

function queriesOf(choices: Choices, focus: Focus, sources: readonly SourceSpec[]): QuerySpec[] {
  const available = [...sources];
  const queries: QuerySpec[] = [];
  const count = choices.of([1, 1, 2, 3]);
  for (let index = 0; index < count; index++) {
    const joined = choices.chance(focus.joins) ? joinOf(choices, focus, sources) : null;
    const relation = joined ?? relationOf(choices.of(available));
    const query = queryOver(choices, focus, relation, `Q${index}`);
    queries.push(query);
    if (query.window === null && isReadable(query)) available.push(sinkOf(query, relation));
    if (query.statement === 'CREATE STREAM' && choices.chance(0.15)) {
      // A second query into the stream: the same again, with another filter.
      const where = conditionOf(choices, relation.scope);
      queries.push({ ...query, statement: 'INSERT INTO', where, keyFormat: null });
    }
  }
  return queries;
}

const READABLE: readonly ColumnType[] = ['INTEGER', 'BIGINT', 'VARCHAR', 'BOOLEAN'];

/** Lists and maps are results that no other query of a case reads. */
function isReadable({ values }: QuerySpec): boolean {
  return values.every(({ expr }) => READABLE.includes(expr.type));
}

/** What a later query reads of the sink of a query. */
function sinkOf(query: QuerySpec, from: Relation): SourceSpec {
  return {
    kind: query.statement === 'CREATE TABLE' ? 'TABLE' : 'STREAM',
    name: query.sink,
    isWritten: true,
    keys: columnsOf(query.keys),
    values: columnsOf(query.values),
    keyFormat: query.keyFormat ?? from.keyFormat,
  };
}

function ticksOf(
  choices: Choices,
  { tickBegins }: Focus,
  records: readonly RecordSpec[],
): RecordSpec[][] {
  const ticks: RecordSpec[][] = [];
  for (const record of records) {
    if (ticks.length === 0 || choices.chance(tickBegins)) ticks.push([]);
    ticks.at(-1)?.push(record);
  }
  return ticks;
}
