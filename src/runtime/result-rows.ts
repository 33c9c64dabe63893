// Hot path: once per row of a transient query.
import { type Change, namesNoRow } from '../operators/change.ts';
import type { PhysicalPlan, ResultColumn } from '../plan/physical-plan.ts';
import { sourceSteps } from '../plan/physical-plan.ts';
import type { Row } from '../sql/types.ts';
import type { Exit } from './task.ts';

/** Which changes a client is shown. */
export interface Visibility {
  readonly deletions: boolean;
  readonly rowsWithoutKey: boolean;
}

/**
 * What a client of a plan is shown.
 * @param follows whether the query follows what one persistent query writes.
 */
export function visibilityOf(plan: PhysicalPlan, follows: boolean): Visibility {
  const isTable = plan.result === 'table';
  // The one row of an aggregation without GROUP BY has no key, and any other aggregation has seen to it.
  const aggregates = plan.steps.some(({ kind }) => kind === 'Aggregate');
  const sources = sourceSteps(plan);
  const hasKeys = sources.some(({ schema }) => schema.keys.length > 0);
  return {
    deletions: isTable && !follows,
    rowsWithoutKey: aggregates || !hasKeys || !(isTable || follows),
  };
}

/** Rows of a result, in order. */
export interface ReadRows {
  readonly rows: readonly Row[];
  /** By row, whether it is a deletion; null when none is. */
  readonly tombstones: readonly boolean[] | null;
  /** By row, where the record stands that caused it; empty unless they were asked for. */
  readonly places: readonly RowPlace[];
}

/** Where the record behind a row stands. */
export interface RowPlace {
  readonly partition: number;
  readonly offset: number;
}

/** Gathers the rows of the last step until somebody takes them. */
export class ResultRows implements Exit {
  readonly #columns: readonly ResultColumn[];
  readonly #visibility: Visibility;
  readonly #hasPlaces: boolean;
  #rows: Row[] = [];
  #tombstones: boolean[] = [];
  #places: RowPlace[] = [];

  /** @param options.hasPlaces whether it is noted which record each row comes from. */
  constructor(
    columns: readonly ResultColumn[],
    { visibility, hasPlaces }: { readonly visibility: Visibility; readonly hasPlaces: boolean },
  ) {
    this.#columns = columns;
    this.#visibility = visibility;
    this.#hasPlaces = hasPlaces;
  }

  get isEmpty(): boolean {
    return this.#rows.length === 0;
  }

  write(changes: readonly Change[]): void {
    const { deletions, rowsWithoutKey } = this.#visibility;
    for (const change of changes) {
      if (!rowsWithoutKey && namesNoRow(change.key)) continue;
      const { after } = change;
      if (after !== null) {
        const row = this.#columns.map((column) => after[column.index] ?? null);
        this.#push(change, row, false);
      } else if (deletions) {
        this.#push(change, this.#deletion(change), true);
      }
    }
  }

  #push(change: Change, row: Row, tombstone: boolean): void {
    this.#rows.push(row);
    this.#tombstones.push(tombstone);
    if (this.#hasPlaces) this.#places.push(change);
  }

  #deletion(change: Change): Row {
    return this.#columns.map(({ ofDeletion }) => {
      switch (ofDeletion?.kind) {
        case 'key':
          return change.key[ofDeletion.index] ?? null;
        case 'windowStart':
          return change.windowStart;
        case 'windowEnd':
          return change.windowEnd;
        case undefined:
          return null;
      }
    });
  }

  /** The next rows, at most so many; null when there are none. */
  take(countMax: number): ReadRows | null {
    if (this.#rows.length === 0) return null;
    const rows = this.#rows.splice(0, Math.min(countMax, this.#rows.length));
    const tombstones = this.#tombstones.splice(0, rows.length);
    const places = this.#places.splice(0, rows.length);
    return { rows, tombstones: tombstones.includes(true) ? tombstones : null, places };
  }
}
