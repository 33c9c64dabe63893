import type { Row } from '../../../src/index.ts';
import type { DurableOutput } from '../durable-output.ts';
import type { Events } from '../events.ts';
import type { Meter } from '../meter.ts';

/** What a run has found, by name; all contenders must find the same. */
export type Figures = Readonly<Record<string, number>>;

/** A durable loop commits after so many events. */
export const BATCH_EVENTS = 1_000;

/** A continuous query over the events, and the same by hand. */
export interface Workload {
  readonly name: string;
  readonly title: string;
  /** Statements to run, to their end, before the timed one. */
  prepareSql?(source: string): readonly string[];
  /** The CREATE ... AS SELECT that is timed. */
  createSql(names: { source: string; result: string }): string;
  /** The queries that together read all of the result. */
  readSql(result: string): readonly string[];
  /** Figures of the rows of `readSql`. */
  figuresOf(rows: Iterable<Row>): Figures;
  /** H: a loop with `JSON.parse`, in memory. */
  handWritten(events: Events, meter: Meter): Figures;
  /** HD: the same, which also stores what it puts out and what it knows. */
  durable(events: Events, meter: Meter, output: DurableOutput): Promise<Figures>;
}
