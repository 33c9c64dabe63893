import type { ColumnType, QuerySpec, RecordSpec, SourceSpec, Value } from '../case.ts';
import type { Choices } from '../random.ts';
import type { Focus } from './focus.ts';
import { timelineOf, valueOf } from './values.ts';

type Key = RecordSpec['key'];

/** What is written to the sources that queries read, in order: few keys, nulls, deletions, broken records. */
export function recordsOf(
  choices: Choices,
  focus: Focus,
  sources: readonly SourceSpec[],
  queries: readonly QuerySpec[],
): RecordSpec[] {
  const read = sources.filter(({ name }) =>
    queries.some(({ from, joins }) => from === name || joins.some(({ source }) => source === name)),
  );
  const timeline = timelineOf(choices, focus);
  const shared = new Map(KEY_TYPES.map((type) => [type, poolOf(choices, type)]));
  const pools = new Map(
    read.map((source) => [source.name, keyPool(choices, source, shared)] as const),
  );
  const count = choices.of([1, 3, 6, 10, 16, 25]);
  const few = choices.chance(focus.fewValues) ? fewValuesOf(choices) : null;
  const repeats = choices.of(focus.repeats);
  const records: RecordSpec[] = [];
  for (let index = 0; index < count; index++) {
    const source = choices.of(read);
    const record = recordOf(choices, source, {
      index,
      time: timeline(index),
      pool: pools.get(source.name) as Key[],
      nullKeys: focus.nullKeys,
      few,
    });
    const earlier = records.filter((other) => other.source === source.name);
    // The same again at another time.
    const isAgain = earlier.length > 0 && choices.chance(repeats);
    records.push(isAgain ? { ...choices.of(earlier), time: record.time } : record);
  }
  return records;
}

const KEY_TYPES: readonly ColumnType[] = ['INTEGER', 'VARCHAR', 'BIGINT'];

function poolOf(choices: Choices, type: ColumnType): Value[] {
  return choices.many(choices.between(1, 4), () => valueOf(choices, type));
}

/** The keys of a source: those that others use, too, so that rows meet. */
function keyPool(
  choices: Choices,
  { keys }: SourceSpec,
  shared: ReadonlyMap<ColumnType, readonly Value[]>,
): Key[] {
  return choices.many(choices.between(1, 4), () =>
    keys.map(({ type }) => choices.of(shared.get(type) ?? [valueOf(choices, type)])),
  );
}

function recordOf(
  choices: Choices,
  source: SourceSpec,
  {
    index,
    time,
    pool,
    nullKeys,
    few,
  }: {
    index: number;
    time: number;
    pool: readonly Key[];
    nullKeys: number;
    /** What columns hold; null for anything. */
    few: ReadonlyMap<ColumnType, readonly Value[]> | null;
  },
): RecordSpec {
  const key = choices.chance(nullKeys) ? nullKey(choices, source) : choices.of(pool);
  const isNull = choices.chance(source.kind === 'TABLE' ? 0.2 : 0.07);
  const values = source.values.map(({ type }) =>
    choices.orNull(few === null ? 0.15 : 0.05, () => {
      const some = few?.get(type);
      return some === undefined ? valueOf(choices, type) : choices.of(some);
    }),
  );
  const isBroken = choices.chance(0.03);
  return {
    source: source.name,
    key,
    value: isBroken ? 'broken' : isNull ? null : values,
    time,
    header: choices.chance(0.2) ? String(index) : null,
    partition: choices.below(3),
  };
}

/** Two values for the columns of a type, so that rows fall into few groups. */
function fewValuesOf(choices: Choices): ReadonlyMap<ColumnType, readonly Value[]> {
  return new Map(KEY_TYPES.map((type) => [type, choices.many(2, () => valueOf(choices, type))]));
}

/** A key of several columns may hold nulls, or be null as a whole. */
function nullKey(choices: Choices, { keys }: SourceSpec): Key {
  if (keys.length === 1 || choices.chance(0.5)) return null;
  return keys.map(({ type }) => choices.orNull(0.5, () => valueOf(choices, type)));
}
