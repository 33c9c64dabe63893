import type { Measurement } from '../meter.ts';
import type { Figures } from '../workloads/workload.ts';

/** H: by hand, in memory; HD: by hand, durable; Millrace: the engine. */
export const CONTENDERS = ['H', 'HD', 'Millrace'] as const;
export type ContenderName = (typeof CONTENDERS)[number];

/** Events before the measured ones, as a part of those, that warm a contender up. */
export const WARM_UP_PART = 0.1;

/** What the process of a contender is to do. */
export interface ContenderTask {
  readonly contender: ContenderName;
  /** Name of a workload. */
  readonly workload: string;
  /** An empty directory of its own; for the engine one that holds the loaded topics. */
  readonly directory: string;
  /** A file of `writeEvents`. */
  readonly eventsPath: string;
  readonly eventCount: number;
}

export interface ContenderResult extends Measurement {
  readonly figures: Figures;
}
