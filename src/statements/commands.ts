import type { QueryInfo } from '../catalog/catalog.ts';
import type { Source } from '../catalog/source.ts';
import type { PhysicalPlan } from '../plan/physical-plan.ts';
import type { SqlType } from '../sql/types.ts';
import type { LatestVersion } from './source-schemas.ts';

/**
 * What the command log holds: the decided effect of each durable statement, not its text alone, so that replaying it
 * with a later version gives the same sources and the same plans. Plain JSON.
 */
export type Command =
  | { readonly kind: 'createSource'; readonly source: Source }
  | {
      readonly kind: 'startQuery';
      /** The sink it creates; null when it writes into an existing stream. */
      readonly source: Source | null;
      readonly query: QueryInfo;
      readonly plan: PhysicalPlan;
      readonly merge: boolean;
      /** Whether a record that cannot be read stops the query; absent for no. */
      readonly failOnBadRecord?: boolean | undefined;
      readonly startOffsets: Readonly<Record<string, number>>;
    }
  | {
      readonly kind: 'replaceQuery';
      readonly source: Source;
      readonly query: QueryInfo;
      readonly plan: PhysicalPlan;
      readonly merge: boolean;
      /** Whether a record that cannot be read stops the query; absent for no. */
      readonly failOnBadRecord?: boolean | undefined;
    }
  | {
      readonly kind: 'dropSource';
      readonly name: string;
      /** Ids of the queries that end with it. */
      readonly queryIds: readonly string[];
      /** Id of the topic that goes too. */
      readonly topicId: number | null;
      /** The newest versions of the subjects that go with the topic. Absent: none go. */
      readonly subjects?: readonly LatestVersion[];
    }
  | { readonly kind: 'terminateQueries'; readonly queryIds: readonly string[] }
  | {
      readonly kind: 'pauseQueries';
      readonly queryIds: readonly string[];
      readonly paused: boolean;
    }
  | { readonly kind: 'createType'; readonly name: string; readonly type: SqlType }
  | { readonly kind: 'dropType'; readonly name: string }
  | { readonly kind: 'alterSystem'; readonly property: string; readonly value: string };

/** One entry of the command log. */
export interface CommandEntry {
  readonly version: 1;
  /** The statement as sent. */
  readonly sql: string;
  readonly command: Command;
}
