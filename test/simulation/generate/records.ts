import type { ColumnType, QuerySpec, RecordSpec, SourceSpec, Value } from '../case.ts';
import type { Choices } from '../random.ts';
import { type Timeline, timelineOf, valueOf } from './values.ts';

type Key = RecordSpec['key'];

/** What is written to the sources that queries read, in order: few keys, nulls, deletions, broken records. */
export function recordsOf(
  choices: Choices,
  sources: readonly SourceSpec[],
  queries: readonly QuerySpec[],
): RecordSpec[] {
  const read = sources.filter(({ name }) =>
    queries.some(({ from, joins }) => from === name || joins.some(({ source }) => source === name)),
  );
  const timeline = timelineOf(choices);
  const shared = new Map(KEY_TYPES.map((type) => [type, poolOf(choices, type)]));
  const pools = new Map(
    read.map((source) => [source.name, keyPool(choices, source, shared)] as const),
  );
  const count = choices.of([1, 3, 6, 10, 16, 25]);
  const repeats = choices.of([0, 0.1, 0.3]);
  const records: RecordSpec[] = [];
  for (let index = 0; index < count; index++) {
    const source = choices.of(read);
    const record = recordOf(choices, source, pools.get(source.name) as Key[], timeline, index);
    const earlier = records.filter((other) => other.source === source.name);
    // The same again at another time.
    const isAgain = earlier.length > 0 && choices.chance(repeats);
    records.push(isAgain ? { ...choices.of(earlier), time: record.time } : record);
  }
  return records;
}

const KEY_TYPES: readonly ColumnType[] = ['INTEGER', 'VARCHAR', 'BIGINT'];

function poolOf(choices: Choices, type: ColumnType): Value[] {
  return choices.many(choices.between(1, 3), () => valueOf(choices, type));
}

/** The keys of a source: those that others use, too, so that rows meet. */
function keyPool(
  choices: Choices,
  { keys }: SourceSpec,
  shared: ReadonlyMap<ColumnType, readonly Value[]>,
): Key[] {
  return choices.many(choices.between(1, 3), () =>
    keys.map(({ type }) => choices.of(shared.get(type) ?? [valueOf(choices, type)])),
  );
}

function recordOf(
  choices: Choices,
  source: SourceSpec,
  pool: readonly Key[],
  timeline: Timeline,
  index: number,
): RecordSpec {
  const key = choices.chance(0.06) ? nullKey(choices, source) : choices.of(pool);
  const isNull = choices.chance(source.kind === 'TABLE' ? 0.2 : 0.07);
  const values = source.values.map(({ type }) =>
    choices.orNull(0.15, () => valueOf(choices, type)),
  );
  const isBroken = choices.chance(0.03);
  return {
    source: source.name,
    key,
    value: isBroken ? 'broken' : isNull ? null : values,
    time: timeline(index),
    header: choices.chance(0.2) ? String(index) : null,
    partition: choices.below(3),
  };
}

/** A key of several columns may hold nulls, or be null as a whole. */
function nullKey(choices: Choices, { keys }: SourceSpec): Key {
  if (keys.length === 1 || choices.chance(0.5)) return null;
  return keys.map(({ type }) => choices.orNull(0.5, () => valueOf(choices, type)));
}
