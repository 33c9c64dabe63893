import type { ColumnType, Value } from '../case.ts';
import type { Choices } from '../random.ts';
import type { Focus } from './focus.ts';

const TEXTS = ['a', 'b', 'c', '', 'B', "it's", 'ü€'];
const SMALL = [-2n, -1n, 0n, 1n, 2n, 3n];
const INTEGERS = [2147483647n, -2147483648n, 65536n];
const BIGINTS = [9007199254740993n, -9223372036854775808n, 9223372036854775807n, 4294967296n];

/** A value of a column: mostly few small ones, so that rows meet; now and then an extreme. */
export function valueOf(choices: Choices, type: ColumnType): Value {
  switch (type) {
    case 'VARCHAR':
      return choices.chance(0.85) ? choices.of(['a', 'b', 'c']) : choices.of(TEXTS);
    case 'BOOLEAN':
      return choices.chance(0.5);
    case 'BIGINT':
      return choices.chance(0.92) ? choices.of(SMALL) : choices.of([...INTEGERS, ...BIGINTS]);
    default:
      return choices.chance(0.92) ? choices.of(SMALL) : choices.of(INTEGERS);
  }
}

/** How the event times of a case behave: the time of each record by its place in the case. */
export type Timeline = (index: number) => number;

const EXTREME_TIMES = [0, 1, 1_700_000_000_000, 253_402_300_799_999];

/**
 * Times that mostly rise, out of order by up to some spread, now and then far away; or a handful of times in any order,
 * so that ties are common, and rows that come between others.
 */
export function timelineOf(choices: Choices, { fewTimes }: Focus): Timeline {
  if (choices.chance(fewTimes)) {
    const step = choices.of([1, 1, 3, 5, 10]);
    const count = choices.of([2, 4, 8]);
    return () => step * choices.below(count);
  }
  const step = choices.of([0, 1, 3, 10]);
  const spread = choices.of([0, 1, 5, 30]);
  const jumps = choices.chance(0.15) ? 0.08 : 0;
  const base = choices.of([0, 0, 5, 1000]);
  return (index) => {
    if (choices.chance(jumps)) return choices.of(EXTREME_TIMES);
    return Math.max(0, base + index * step + choices.between(-spread, spread));
  };
}
