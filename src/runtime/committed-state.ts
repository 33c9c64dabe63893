import type { StateSpec } from '../operators/operator.ts';
import { isScalar, mapKeyFunction } from '../operators/state-codec.ts';
import type { Row } from '../sql/types.ts';
import type { StateTable } from '../state/state-table.ts';
import type { PersistentQuery } from './persistent-query.ts';

/**
 * The rows of one partition of a table without windows, as far as the query that keeps the table has them in memory and
 * has not changed them since its last commit. They are what the store holds, which need not be searched for them then.
 */
export class CommittedState {
  readonly #writer: PersistentQuery;
  readonly #table: StateTable<Row, Row>;
  readonly #mapKey: (key: Row) => unknown;

  private constructor(writer: PersistentQuery, table: StateTable<Row, Row>, spec: StateSpec) {
    this.#writer = writer;
    this.#table = table;
    this.#mapKey = mapKeyFunction(spec.keyTypes);
  }

  /**
   * @param prefix of the table in the store.
   * @returns null for a table of which rows in memory may differ from what is read from the store.
   */
  static of(
    writer: PersistentQuery,
    { prefix, spec }: { readonly prefix: Buffer; readonly spec: StateSpec },
  ): CommittedState | null {
    if (spec.window !== null || !spec.valueTypes.every(isScalar)) return null;
    const table = writer.topology.states.find((state) => state.isUnder(prefix));
    return table === undefined ? null : new CommittedState(writer, table, spec);
  }

  /** The row of a key; null when the table has none, undefined when only the store can tell. */
  get(key: Row): Row | null | undefined {
    const row = this.#table.committed(this.#mapKey(key), this.#writer.committedAttempt);
    return row?.every(isAsStored) === false ? undefined : row;
  }
}

/** Halves of surrogate pairs are not stored as they are. */
function isAsStored(value: unknown): boolean {
  return typeof value !== 'string' || value.isWellFormed();
}
