// Hot path: once per record.
import { assert } from '../base/assert.ts';
import { compileRow } from '../expressions/compile.ts';
import type { ErrorSink, RowContext } from '../expressions/evaluation.ts';
import type { Expression } from '../expressions/expression.ts';
import type { Row, SqlType } from '../sql/types.ts';
import { putPart, rowOf } from './row-parts.ts';

/** One value column of a join's result: an expression over the row of one side. */
export interface JoinColumnSpec {
  readonly side: JoinSide;
  readonly expression: Expression;
}

export type JoinSide = 'left' | 'right';

/** The types of what one side contributes. */
export function typesOfSide(columns: readonly JoinColumnSpec[], side: JoinSide): SqlType[] {
  return columns.filter((column) => column.side === side).map(({ expression }) => expression.type);
}

/**
 * Puts the rows of a join together: the key, the values of the left side, those of the right side. Values of a side
 * are computed once, when its row arrives, and kept in that form.
 */
export class JoinedRows {
  readonly #keyCount: number;
  readonly #leftCount: number;
  readonly #rightCount: number;
  readonly #left: (row: Row, context: RowContext) => Row;
  readonly #right: (row: Row, context: RowContext) => Row;

  constructor(columns: readonly JoinColumnSpec[], keyCount: number, errors: ErrorSink) {
    const firstRight = columns.findIndex(({ side }) => side === 'right');
    assert(
      firstRight < 0 || columns.slice(firstRight).every(({ side }) => side === 'right'),
      'the columns of the left side come first',
    );
    const ofSide = (side: JoinSide) => {
      const expressions = columns.filter((column) => column.side === side);
      return compileRow(
        expressions.map(({ expression }) => expression),
        'stream',
        (index, error) => errors.report(`${side} column ${index} of the join: ${error.message}`),
      );
    };
    this.#keyCount = keyCount;
    this.#leftCount = typesOfSide(columns, 'left').length;
    this.#rightCount = typesOfSide(columns, 'right').length;
    this.#left = ofSide('left');
    this.#right = ofSide('right');
  }

  /** The values a row of that side contributes; a new row. */
  valuesOf(side: JoinSide, row: Row, context: RowContext): Row {
    return side === 'left' ? this.#left(row, context) : this.#right(row, context);
  }

  /**
   * The joined row; a side that is null is filled with nulls. What stands behind the values of a side is left out.
   * @param key fewer columns than the schema has, for a null key, are filled up with nulls.
   */
  join(key: Row, left: Row | null, right: Row | null): Row {
    const keyCount = this.#keyCount;
    const leftCount = this.#leftCount;
    const rightCount = this.#rightCount;
    const row = rowOf(keyCount + leftCount + rightCount);
    putPart(row, 0, key, keyCount);
    putPart(row, keyCount, left, leftCount);
    putPart(row, keyCount + leftCount, right, rightCount);
    return row;
  }
}
