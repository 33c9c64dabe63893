import type { WindowSpec } from '../case.ts';

/** The windows that cases use. */
export const WINDOWS: readonly WindowSpec['kind'][] = ['TUMBLING', 'HOPPING', 'SESSION'];
