import type { Partition } from '../log/log.ts';
import type { PackedChanges } from '../state/packed-changes.ts';

/** Everything one tick does to the world, complete before anything of it is written. */
export interface SealedTick {
  readonly tick: number;
  readonly outputs: readonly SealedOutput[];
  /** State, offsets, decisions, stream times, durable ends: one atomic commit. */
  readonly changes: PackedChanges;
  /** Up to where each source was read: the offsets that this commit makes final. */
  readonly reads: readonly { readonly partition: Partition; readonly offset: number }[];
  /** Partitions whose durable end is recorded: those read and those written. */
  readonly touched: ReadonlySet<Partition>;
}

/** What one query puts into one partition. */
export interface SealedOutput {
  readonly partition: Partition;
  readonly producerId: number;
  readonly producerEpoch: number;
  /** Transactional batches; their base offsets are set. */
  readonly batches: readonly Buffer[];
  readonly baseOffset: number;
}

/**
 * The only way results become real. Embedded: log, then state store, then markers. On a cluster it will be Kafka's
 * transaction, then the state.
 */
export interface CommitCoordinator {
  /**
   * Commits a tick; one at a time. When it resolves the results are durable and visible.
   * @throws when the outcome is unknown: the process must stop, recovery decides.
   */
  commit(sealed: SealedTick): Promise<void>;
}
