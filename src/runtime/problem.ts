import type { Source } from '../catalog/source.ts';
import type { DecodeProblem } from './record-decoder.ts';

/** A record of a source that a query left out because it could not be read. */
export interface UnreadableRecord extends DecodeProblem {
  readonly source: Source;
  readonly partition: number;
  /** Of the topic: another one of the same name has another. */
  readonly topicId: number;
}

/** What went wrong in a query with the input of one tick. */
export interface QueryProblems {
  readonly queryId: string;
  /** In the order they were read; each comes up in the one tick whose offsets are behind it. */
  readonly unreadable: readonly UnreadableRecord[];
  /** Rows that could not be computed in full; not all of them, see `rowErrorCount`. */
  readonly rowErrors: readonly string[];
  /** How many there were. */
  readonly rowErrorCount: number;
  /** How many were never among `rowErrors`, also of ticks before this one, since the last that had some. */
  readonly unsaidCount: number;
}
