import { DatabaseError } from '../base/errors.ts';
import type { FoundTransaction } from '../log/embedded/embedded-log.ts';
import type { QueryProgress, StoredMeta } from './meta.ts';
import { queryOf } from './producer.ts';

const SEQUENCES = 2 ** 31;

/**
 * What becomes of a transaction without a marker: it was committed if the state store, where the decision is made,
 * has its query's progress at or beyond its last record. Decisions are cumulative, so the newest one is enough.
 */
export function decideTransaction(
  transaction: FoundTransaction,
  meta: StoredMeta,
): 'commit' | 'abort' {
  const { queryNumber, epoch } = queryOf(transaction);
  const progress = meta.progress.get(queryNumber);
  if (progress === undefined || progress.epoch !== epoch) return 'abort';
  return isCovered(transaction, progress) ? 'commit' : 'abort';
}

function isCovered(transaction: FoundTransaction, progress: QueryProgress): boolean {
  const decided = progress.sequences[transaction.partition] ?? -1;
  if (decided < 0) return false;
  // Sequences wrap around; one tick is far smaller than half of the circle.
  const beyond = (transaction.lastSequence - decided + SEQUENCES) % SEQUENCES;
  return beyond === 0 || beyond > SEQUENCES / 2;
}

/**
 * Finds out whether the state store has lost commits from its end, which the chain of ticks cannot tell: a marker is
 * written only after the decision, so a committed transaction that no decision covers is proof. The queries of such a
 * store would write their last results once more.
 */
export class LostCommits {
  readonly #meta: StoredMeta;
  /** Queries that have committed, though the store knows nothing of them: dropped ones, if all is well. */
  readonly #writers = new Map<number, FoundTransaction>();

  constructor(meta: StoredMeta) {
    this.#meta = meta;
  }

  /**
   * Takes note of a committed transaction.
   * @throws DatabaseError CORRUPT when its decision is missing.
   */
  observe(transaction: FoundTransaction): void {
    const { queryNumber, epoch } = queryOf(transaction);
    if (epoch > this.#meta.epoch) throw lostCommits(transaction, queryNumber);
    const progress = this.#meta.progress.get(queryNumber);
    if (progress === undefined) this.#writers.set(queryNumber, transaction);
    else if (
      progress.epoch < epoch ||
      (progress.epoch === epoch && !isCovered(transaction, progress))
    ) {
      throw lostCommits(transaction, queryNumber);
    }
  }

  /**
   * Once it is known which queries exist.
   * @throws DatabaseError CORRUPT when one of them has committed and the store knows nothing of it.
   */
  checkQueries(queryNumbers: Iterable<number>): void {
    for (const queryNumber of queryNumbers) {
      const transaction = this.#writers.get(queryNumber);
      if (transaction !== undefined) throw lostCommits(transaction, queryNumber);
    }
  }
}

function lostCommits({ topicId, partition }: FoundTransaction, queryNumber: number): DatabaseError {
  return new DatabaseError(
    'CORRUPT',
    `The state store has lost its latest commits: partition ${partition} of the topic in log/${topicId} holds results of query number ${queryNumber} that were committed, and the store does not know. ` +
      'The query would write them once more. Restore the data directory from a backup.',
  );
}
