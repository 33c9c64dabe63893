import type { FormatSpec } from '../formats/format.ts';
import type { RowSchema } from '../sql/schema.ts';

/** A stream or a table: a name and a schema over a topic. Plain JSON. */
export interface Source {
  readonly kind: 'STREAM' | 'TABLE';
  readonly name: string;
  /** Topic name, exactly as given. */
  readonly topic: string;
  readonly partitionCount: number;
  readonly keyFormat: FormatSpec;
  readonly valueFormat: FormatSpec;
  readonly schema: RowSchema;
  /** WITH (TIMESTAMP = ...): the column that carries event time; null: the record's timestamp. */
  readonly timestamp: TimestampColumn | null;
  /** The statement that made it. */
  readonly sql: string;
  /**
   * The persistent query of a CREATE ... AS SELECT, or the one that keeps the rows of a CREATE SOURCE TABLE; null for
   * others declared over a topic.
   */
  readonly createdBy: string | null;
  /** CREATE SOURCE: nothing of this database may write to it; absent for no. */
  readonly readOnly?: boolean;
}

export interface TimestampColumn {
  readonly column: string;
  /** java.time pattern of a STRING column. */
  readonly format: string | null;
}
