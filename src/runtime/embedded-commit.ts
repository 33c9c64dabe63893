import { assert } from '../base/assert.ts';
import { isDiskFull, nobodyWaits, type WaitForRoom } from '../base/disk-full.ts';
import type { Env } from '../base/env.ts';
import type { Logger } from '../base/logger.ts';
import type { Partition } from '../log/log.ts';
import { writeControlBatch } from '../log/record-batch.ts';
import type { Store } from '../state/store.ts';
import { chainKey, durableEndKey, encodeNumber } from './meta.ts';
import type { CommitCoordinator, SealedTick } from './sealed-tick.ts';

const ATTEMPTS_MAX = 2;

/**
 * Commits ticks to the embedded log and the state store:
 *
 * 1. append the outputs as transactional batches, sync every partition written (those read are durable already:
 *    only durable records are read);
 * 2. one synced batch into the store, tried a second time if it failed. This is the commit point;
 * 3. append the commit markers and sync them: now readers see the results.
 */
export class EmbeddedCommitCoordinator implements CommitCoordinator {
  readonly #store: Store;
  readonly #clock: Env['clock'];
  readonly #logger: Logger;
  readonly #waitForRoom: WaitForRoom;
  #committing = false;
  #lastTick = 0;

  /** @param options.waitForRoom what a commit waits for when the disk is full. Default: it fails. */
  constructor(options: {
    store: Store;
    clock: Env['clock'];
    logger: Logger;
    waitForRoom?: WaitForRoom;
  }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#waitForRoom = options.waitForRoom ?? nobodyWaits;
  }

  async commit(sealed: SealedTick): Promise<void> {
    assert(!this.#committing, 'one tick is committed at a time');
    assert(sealed.tick > this.#lastTick, 'ticks are committed in order');
    this.#committing = true;
    this.#lastTick = sealed.tick;
    const written = new Set(sealed.outputs.map((output) => output.partition));

    this.#append(sealed);
    await syncAll(written);

    const { changes } = sealed;
    this.#checkReads(sealed);
    for (const partition of sealed.touched) {
      changes.put(durableEndKey(partition), encodeNumber(partition.durableEndOffset));
    }
    await this.#decide(sealed);

    this.#mark(sealed);
    await syncAll(written);
    this.#committing = false;
  }

  /**
   * The commit point. After an error nobody knows whether the batch was written, and LevelDB may lose whatever is
   * written behind it; the store opened again knows. A second error is final, and recovery decides, unless all that is
   * missing is room on the disk.
   */
  async #decide({ tick, changes }: SealedTick): Promise<void> {
    let failures = 0;
    for (;;) {
      try {
        if (failures > 0) {
          await this.#store.reopen();
          if (this.#isCommitted(tick)) return;
        }
        await this.#store.commit(changes);
        return;
      } catch (error) {
        const message = 'a commit of the state store failed; opening it again';
        this.#logger.error({ err: error, tick }, message);
        const mayTry = isDiskFull(error) ? await this.#waitForRoom() : ++failures < ATTEMPTS_MAX;
        if (!mayTry) throw error;
        failures = Math.max(failures, 1);
      }
    }
  }

  #isCommitted(tick: number): boolean {
    const last = this.#store.get(chainKey(tick));
    return last !== undefined && Buffer.from(last).equals(encodeNumber(tick));
  }

  #append(sealed: SealedTick): void {
    for (const output of sealed.outputs) {
      let offset = output.baseOffset;
      for (const batch of output.batches) {
        const base = output.partition.append(batch);
        assert(base >= offset, 'results get offsets at or behind those they were processed with');
        if (offset === output.baseOffset) {
          assert(base === offset, 'results get the offsets they were processed with');
        }
        offset = output.partition.endOffset;
      }
    }
  }

  /**
   * A committed offset never exceeds the durable end of its partition: records beyond it could be lost and others be
   * written in their place, which the query would then skip. Markers of this very tick are still to come.
   */
  #checkReads(sealed: SealedTick): void {
    for (const { partition, offset } of sealed.reads) {
      const markers = sealed.outputs.filter((output) => output.partition === partition).length;
      assert(
        offset <= partition.durableEndOffset + markers,
        'what was read is durable before its offset is committed',
      );
    }
  }

  #mark(sealed: SealedTick): void {
    for (const { partition, producerId, producerEpoch } of sealed.outputs) {
      const timestamp = this.#clock.now();
      partition.append(writeControlBatch({ producerId, producerEpoch, type: 'commit', timestamp }));
    }
  }
}

async function syncAll(partitions: Iterable<Partition>): Promise<void> {
  await Promise.all([...partitions].map((partition) => partition.sync()));
}
