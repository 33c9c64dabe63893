import type { JoinSpec, WindowSpec } from '../case.ts';

/** The windows that cases use; sessions most often, because most can go wrong with them. */
export const WINDOWS: readonly WindowSpec['kind'][] = ['TUMBLING', 'HOPPING', 'SESSION', 'SESSION'];

/** The joins that cases use. */
export const JOINS: readonly (JoinSpec['kind'] | 'n-way')[] = [
  'stream-stream',
  'stream-table',
  'table-table',
  'foreign-key',
  'n-way',
];
