import { checkedValues } from './checked-values.ts';
import type { Migration } from './migration.ts';

/** One for each format there ever was but the last, in order. */
export const migrations: readonly Migration[] = [checkedValues];
