import type { Case, Pace, QuerySpec, RecordSpec } from '../case.ts';
import type { Choices } from '../random.ts';

/** Of two sources one partition has more than the 1,024 that the engine decodes at a time. */
const LONG_RECORDS = 2_500;
/** Times of cases without jumps into the far future. */
const LONG_MS_MAX = 10_000;

/** Every other case with several records in a tick: the engine does not take them all at once. */
export function paced(choices: Choices, input: Omit<Case, 'pace'>): Case {
  if (choices.chance(0.5)) return { ...input, pace: null };
  const few = [1, 1, 2, 3, 5] as const;
  const isHurried = choices.chance(0.6);
  const tickRecords = choices.chance(0.4) ? choices.of(few) : null;
  const meets = input.partitionCount > 1 || input.queries.some(({ joins }) => joins.length > 0);
  // Writers that take turns put rows out of order, whatever the times of the records are.
  if (meets && input.queries.some((query) => readsTurns(query, input.queries))) {
    return { ...input, pace: null };
  }
  const isSplit = isHurried || tickRecords !== null;
  const hasOthers = input.queries.length > 1 || input.poison !== null;
  const isShort = input.ticks.flat().every(({ time }) => time < LONG_MS_MAX);
  const isLong = choices.chance(0.1) && isShort && input.queries.every(isSimple);
  const order: Pace['order'] = !meets
    ? 'any'
    : (isSplit && hasOthers) || choices.chance(0.4)
      ? 'strict'
      : 'ties';
  const pace = {
    roundRows: choices.of([...few, 8_192]),
    chunkRows: choices.of([...few, 1_024]),
    tickRecords,
    isHurried,
    order,
  };
  const records = isLong ? repeated(input.ticks) : input.ticks;
  const inOrder = order === 'any' ? records : inOrderOfTime(records, order === 'strict');
  // All at once: a backlog, unless the database is opened again in between.
  const isBacklog = choices.chance(0.6);
  const ticks = isBacklog ? [inOrder.flat()] : inOrder;
  const restartsBefore = isBacklog ? [] : input.restartsBefore;
  return { ...input, ticks, restartsBefore, pace };
}

/** Whether several queries write to what a query reads. */
function readsTurns({ from, joins }: QuerySpec, queries: Case['queries']): boolean {
  return [from, ...joins.map(({ source }) => source)].some(
    (source) => queries.filter(({ sink }) => sink === source).length > 1,
  );
}

/** Queries for which the oracle, which looks through all rows for each, can be asked about thousands. */
function isSimple({ groupBy, joins }: QuerySpec): boolean {
  return groupBy === null && joins.every(({ kind }) => kind !== 'stream-stream');
}

/** The records again and again, later each time, until there are more than are decoded at a time; with the last tick. */
function repeated(ticks: Case['ticks']): Case['ticks'] {
  const all = ticks.flat();
  const last = Math.max(...all.map(({ time }) => time));
  const more = Array.from({ length: LONG_RECORDS }, (_, index): RecordSpec => {
    const record = all[index % all.length] as RecordSpec;
    return { ...record, time: record.time + (last + 1) * (1 + Math.floor(index / all.length)) };
  });
  return [...ticks.slice(0, -1), [...(ticks.at(-1) ?? []), ...more]];
}

/** No record earlier than the one before; or, if it is strict, each later. */
function inOrderOfTime(ticks: Case['ticks'], isStrict: boolean): RecordSpec[][] {
  const times = ticks.flat().map(({ time }) => time);
  times.sort((a, b) => a - b);
  let last = -1;
  return ticks.map((records) =>
    records.map((record) => {
      const time = times.shift() as number;
      last = isStrict ? Math.max(last + 1, time) : time;
      return { ...record, time: last };
    }),
  );
}
