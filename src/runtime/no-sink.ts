import type { PartitionOutput, Sink } from './sink-writer.ts';

/** The sink of a query that only keeps state. */
export class NoSink implements Sink {
  readonly lastSequences: readonly number[] = [];

  begin(): void {
    // There is nothing to go back to.
  }

  write(): void {
    // What the last step puts out is in its state already.
  }

  take(): PartitionOutput[] {
    return [];
  }

  discard(): void {
    // Nothing was written.
  }
}
