import type { Partition } from '../log/log.ts';

/** Lets one reader wait until any of its partitions has more to read, or until it is told to stop waiting. */
export class RecordWaiter {
  #wake: (() => void) | null = null;

  /** Resolves as soon as a partition has visible records at its offset, or `wake` is called. */
  wait(positions: readonly { partition: Partition; offset: number }[]): Promise<void> {
    return new Promise((resolve) => {
      const cancels: (() => void)[] = [];
      const wake = (): void => {
        if (this.#wake !== wake) return;
        this.#wake = null;
        for (const cancel of cancels) cancel();
        resolve();
      };
      this.#wake = wake;
      for (const { partition, offset } of positions) {
        cancels.push(partition.onAvailable({ offset, isolation: 'committed' }, wake));
      }
    });
  }

  wake(): void {
    this.#wake?.();
  }
}
