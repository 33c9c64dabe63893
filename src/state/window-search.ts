import type { WindowRange } from './state-table.ts';

/**
 * A look through the windows of a table, from the first on up to the end of the first time bucket in which something is
 * found. Nothing of it stays in memory.
 */
export interface WindowSearch<K, V> {
  readonly range: WindowRange;
  /** As the keys are given to `entry`. */
  readonly mapKey: (key: K) => unknown;
  /** Called for all values of a bucket, in no order; returns whether it is something that is looked for. */
  readonly visit: (key: K, value: V) => boolean;
  /** All windows that start before it were looked at; set by `load()`. Infinity when those were all. */
  end: number;
}
