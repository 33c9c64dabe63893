import type { SourceSpec, TopicSchema } from '../case.ts';
import type { TopicRecord } from './source.ts';

/** What the engine was free to choose, and chose. */
export interface Observed {
  /**
   * What several tasks write to one partition, each in its order, in the turns that they took; null when what is there is
   * not made of these in any turns.
   */
  inTurns(
    topic: { name: string; kind: SourceSpec['kind']; schema: TopicSchema },
    partition: number,
    lists: readonly (readonly TopicRecord[])[],
  ): readonly TopicRecord[] | null;
  /**
   * The tick in which a query (its place in the case) has read a record, the how manieth of its partition; ticks of the
   * engine within one of the case lie between its number and the next.
   */
  tickRead(query: number, record: { topic: string; partition: number; index: number }): number;
}
