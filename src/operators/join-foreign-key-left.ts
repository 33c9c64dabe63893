// Hot path: once per record.
import { assert } from '../base/assert.ts';
import { compileRow } from '../expressions/compile.ts';
import type { RowContext } from '../expressions/evaluation.ts';
import type { Expression } from '../expressions/expression.ts';
import { printExpression } from '../expressions/print.ts';
import type { Row, Value } from '../sql/types.ts';
import type { StateEntry, StateTable } from '../state/state-table.ts';
import { type Change, namesNoRow, withRows } from './change.ts';
import type { Operator, OperatorContext, OperatorDefinition, StepBase } from './operator.ts';
import { putPart, rowOf } from './row-parts.ts';
import { mapKeyFunction } from './state-codec.ts';

/**
 * The left table of a foreign-key join: turns its changes into messages to where the row of the right table is. It
 * remembers the foreign key of each row, so that a row that points elsewhere, or is deleted, is taken off there.
 *
 * A message is keyed by the foreign key. Its row is that key, what to do (see `ForeignKeyMessage`), the key of the left
 * row, and what the left side contributes to the result; its offset tells older messages of a row from newer ones.
 */
export interface JoinForeignKeyLeftStep extends StepBase {
  readonly kind: 'JoinForeignKeyLeft';
  readonly type: 'INNER' | 'LEFT';
  readonly foreignKey: Expression;
  /** What the left side contributes to the result. */
  readonly columns: readonly Expression[];
  /** How many columns the key of the left table has. */
  readonly keyCount: number;
}

/** What a message asks for. */
export const ForeignKeyMessage = {
  /** The row is new: join it. */
  JOIN: 0,
  /** The row has changed, there may be a result already: join it, or delete the result. */
  REJOIN: 1,
  /** The row points elsewhere now. */
  LEAVE: 2,
  /** The row is gone: delete the result. */
  REMOVE: 3,
  /** The row points nowhere now, and an inner join has no result for such a row: delete it. */
  DETACH: 4,
} as const;

export const joinForeignKeyLeft: OperatorDefinition<JoinForeignKeyLeftStep> = {
  kind: 'JoinForeignKeyLeft',
  explain: (step) => `BY FOREIGN KEY ${printExpression(step.foreignKey)}`,
  states: (step) => [
    {
      keyTypes: step.schema.values.slice(1, 1 + step.keyCount).map((column) => column.type),
      valueTypes: [step.foreignKey.type],
      window: null,
    },
  ],
  create: (step, context) => new JoinForeignKeyLeft(step, context),
};

class JoinForeignKeyLeft implements Operator {
  readonly states: readonly StateTable<Row, Row>[];
  /** By left key, its foreign key: one column, null for NULL. */
  readonly #foreignKeys: StateTable<Row, Row>;
  readonly #context: OperatorContext;
  readonly #isInner: boolean;
  readonly #mapKey: (key: Row) => unknown;
  readonly #mapForeignKey: (key: Row) => unknown;
  readonly #foreignKeyOf: (row: Row, context: RowContext) => Row;
  readonly #columnsOf: (row: Row, context: RowContext) => Row;
  readonly #noValues: Row;
  #entries: (StateEntry<Row, Row> | null)[] = [];

  constructor(step: JoinForeignKeyLeftStep, context: OperatorContext) {
    const [foreignKeys] = context.states;
    assert(foreignKeys !== undefined, 'the left side of a foreign-key join keeps foreign keys');
    this.states = context.states;
    this.#foreignKeys = foreignKeys;
    this.#context = context;
    this.#isInner = step.type === 'INNER';
    const keys = step.schema.values.slice(1, 1 + step.keyCount);
    this.#mapKey = mapKeyFunction(keys.map((column) => column.type));
    this.#mapForeignKey = mapKeyFunction([step.foreignKey.type]);
    const { errors } = context;
    this.#foreignKeyOf = compileRow([step.foreignKey], 'stream', (_index, error) =>
      errors.report(`foreign key: ${error.message}`),
    );
    this.#columnsOf = compileRow(step.columns, 'stream', (index, error) =>
      errors.report(`left column ${index} of the join: ${error.message}`),
    );
    this.#noValues = step.columns.map(() => null);
  }

  prepare(batch: readonly Change[]): void {
    this.#entries = batch.map(({ key }) =>
      namesNoRow(key) ? null : this.#foreignKeys.entry(this.#mapKey(key), key, 0),
    );
  }

  process(batch: readonly Change[], _input: number, out: Change[]): void {
    for (let i = 0; i < batch.length; i++) {
      const change = batch[i] as Change;
      const entry = this.#entries[i];
      if (!entry) this.#context.errors.report('a record of a table without a key is left out');
      else if (change.after === null) this.#remove(change, entry, out);
      else this.#put(change, change.after, entry, out);
    }
  }

  #remove(change: Change, entry: StateEntry<Row, Row>, out: Change[]): void {
    if (entry.value === null) return;
    const foreignKey = entry.value[0] as Value;
    this.#foreignKeys.set(entry, null);
    // An inner join has no result for a row that points nowhere.
    if (foreignKey === null && this.#isInner) return;
    out.push(message(change, foreignKey, ForeignKeyMessage.REMOVE, this.#noValues));
  }

  #put(change: Change, row: Row, entry: StateEntry<Row, Row>, out: Change[]): void {
    const before = entry.value === null ? null : (entry.value[0] as Value);
    const foreignKey = this.#foreignKeyOf(row, change)[0] as Value;
    this.#foreignKeys.set(entry, [foreignKey]);
    if (foreignKey === null && this.#isInner) {
      if (before !== null)
        out.push(message(change, before, ForeignKeyMessage.DETACH, this.#noValues));
      else this.#context.errors.report('a row whose foreign key is null is left out');
      return;
    }
    if (before !== null && (foreignKey === null || !this.#equal(before, foreignKey))) {
      out.push(message(change, before, ForeignKeyMessage.LEAVE, this.#noValues));
    }
    const what = before === null ? ForeignKeyMessage.JOIN : ForeignKeyMessage.REJOIN;
    out.push(message(change, foreignKey, what, this.#columnsOf(row, change)));
  }

  #equal(a: Value, b: Value): boolean {
    return this.#mapForeignKey([a]) === this.#mapForeignKey([b]);
  }
}

function message(change: Change, foreignKey: Value, what: number, values: Row): Change {
  const { key } = change;
  const row = rowOf(2 + key.length + values.length);
  row[0] = foreignKey;
  row[1] = what;
  putPart(row, 2, key, key.length);
  putPart(row, 2 + key.length, values, values.length);
  return withRows(change, [foreignKey], null, row);
}
