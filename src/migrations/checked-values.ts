import { withCheck } from '../state/value-check.ts';
import type { Migration } from './migration.ts';

/** Format 1 stored values as they were; since format 2 each ends with a checksum over key and value. */
export const checkedValues: Migration = {
  from: 1,
  summary: 'every stored value gets a checksum',
  convert: withCheck,
};
