import type { UndecidedTransaction } from '../log/embedded/embedded-log.ts';
import type { StoredMeta } from './meta.ts';
import { queryOf } from './producer.ts';

const SEQUENCES = 2 ** 31;

/**
 * What becomes of a transaction without a marker: it was committed if the state store, where the decision is made,
 * has its query's progress at or beyond its last record. Decisions are cumulative, so the newest one is enough.
 */
export function decideTransaction(
  transaction: UndecidedTransaction,
  meta: StoredMeta,
): 'commit' | 'abort' {
  const { queryNumber, epoch } = queryOf(transaction);
  const progress = meta.progress.get(queryNumber);
  if (progress === undefined || progress.epoch !== epoch) return 'abort';
  const decided = progress.sequences[transaction.partition] ?? -1;
  if (decided < 0) return 'abort';
  // Sequences wrap around; one tick is far smaller than half of the circle.
  const beyond = (transaction.lastSequence - decided + SEQUENCES) % SEQUENCES;
  return beyond === 0 || beyond > SEQUENCES / 2 ? 'commit' : 'abort';
}
