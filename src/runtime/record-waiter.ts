import type { Partition } from '../log/log.ts';

/** Where a reader stands: the offset of the next record it wants. */
interface Position {
  readonly partition: Partition;
  readonly offset: number;
}

/** Lets one reader wait until any of its partitions has more to read, or until it is told to stop waiting. */
export class RecordWaiter {
  #wake: (() => void) | null = null;

  /**
   * Resolves as soon as a partition has visible records at its offset, or `wake` is called.
   * @throws the error of a partition that has failed or was deleted.
   */
  async wait(positions: readonly Position[]): Promise<void> {
    const wokenByPartition = await this.#woken(positions);
    if (!wokenByPartition || positions.some(hasRecords)) return;
    // A partition that has failed wakes its readers too, and has nothing for them but its error.
    for (const { partition, offset } of positions) {
      await partition.read({ offset, bytesMax: 1, isolation: 'committed' });
    }
  }

  #woken(positions: readonly Position[]): Promise<boolean> {
    return new Promise((resolve) => {
      const cancels: (() => void)[] = [];
      const wake = (byPartition: boolean): void => {
        if (this.#wake !== wakeByHand) return;
        this.#wake = null;
        for (const cancel of cancels) cancel();
        resolve(byPartition);
      };
      const wakeByHand = (): void => wake(false);
      this.#wake = wakeByHand;
      for (const { partition, offset } of positions) {
        const options = { offset, isolation: 'committed' } as const;
        cancels.push(partition.onAvailable(options, () => wake(true)));
      }
    });
  }

  wake(): void {
    this.#wake?.();
  }
}

function hasRecords({ partition, offset }: Position): boolean {
  return offset < partition.stableEndOffset;
}
