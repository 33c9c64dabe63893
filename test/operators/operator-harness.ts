import { parseExpression } from '../../grammar/parser.ts';
import { analyzeTyped } from '../../src/analyze/expressions.ts';
import { pseudoColumn, scopeOf } from '../../src/analyze/scope.ts';
import { nodeEnv } from '../../src/base/env-node.ts';
import { MemoryBudget } from '../../src/base/memory-budget.ts';
import { NO_AMBIENT } from '../../src/expressions/ambient.ts';
import type { Expression } from '../../src/expressions/expression.ts';
import { Change } from '../../src/operators/change.ts';
import { createOperator, type OperatorStep, statesOf } from '../../src/operators/index.ts';
import type { Operator } from '../../src/operators/operator.ts';
import { loadStates } from '../../src/runtime/task.ts';
import { rowCodec } from '../../src/operators/state-codec.ts';
import { columnsOf, type RowSchema } from '../../src/sql/schema.ts';
import { INTEGER, type Row, STRING } from '../../src/sql/types.ts';
import { MemoryStore } from '../../src/state/memory-store.ts';
import { PackedChanges } from '../../src/state/packed-changes.ts';
import { StateTable } from '../../src/state/state-table.ts';

/** The rows that operators in these tests take: K STRING KEY, G STRING, V INTEGER. */
export const INPUT: RowSchema = {
  keys: [{ name: 'K', type: STRING }],
  values: [
    { name: 'G', type: STRING },
    { name: 'V', type: INTEGER },
  ],
  window: null,
};

/** The typed expression of a SQL text over rows of the schema and ROWTIME. */
export function expressionOver(schema: RowSchema, sql: string): Expression {
  const columns = columnsOf(schema).map(({ name, type }, index) => {
    return { qualifier: 'S', name, expression: { kind: 'column' as const, type, index, name } };
  });
  const rowtime = { qualifier: 'S', name: 'ROWTIME', expression: pseudoColumn('ROWTIME') };
  return analyzeTyped(parseExpression(sql), scopeOf('SELECT', [...columns, rowtime]), 'It');
}

/** The typed expression of a SQL text over {@link INPUT}. */
export function over(sql: string): Expression {
  return expressionOver(INPUT, sql);
}

interface Where {
  readonly time?: number;
  readonly windowStart?: number;
  readonly windowEnd?: number;
  /** Event time of the row before, where it is remembered; default: not told apart. */
  readonly timeBefore?: number;
}

/** A change with that key, row before and row after; of time 0, partition 3 and offset 9. */
export function change(
  key: Row,
  before: Row | null,
  after: Row | null,
  { time = 0, windowStart = 0, windowEnd = 0, timeBefore }: Where = {},
): Change {
  const place = { partition: 3, offset: 9, windowStart, windowEnd };
  const contextBefore = timeBefore === undefined ? null : { time: timeBefore, ...place };
  return new Change(key, before, after, time, 3, 9, windowStart, windowEnd, null, contextBefore);
}

/** A row of a stream over {@link INPUT}. */
export function row(key: string | null, group: string | null, v: number | null, time = 0): Change {
  return change([key], null, [key, group, v], { time });
}

/** Runs one operator over a store in memory as a task would. */
export class OperatorHarness {
  readonly operator: Operator;
  /** What the operator reported. */
  readonly errors: string[] = [];
  /** The wall clock of the tick, ms. */
  lateCount = 0;
  /** The wall clock of the tick. */
  now = 0;
  readonly #store: MemoryStore;
  #attempt = 0;

  constructor(
    step: OperatorStep,
    { merge = false, store = new MemoryStore() }: { merge?: boolean; store?: MemoryStore } = {},
  ) {
    this.#store = store;
    const states = statesOf(step).map(
      (spec, index) =>
        new StateTable<Row, Row>({
          store,
          prefix: Buffer.from([index]),
          codec: rowCodec(spec),
          window: spec.window,
          budget: new MemoryBudget(1_000_000),
          clock: nodeEnv().clock,
          empty: false,
          windowStartMax: Infinity,
        }),
    );
    this.operator = createOperator(step, {
      errors: { report: (message) => this.errors.push(message) },
      ambient: NO_AMBIENT,
      states,
      merge,
      now: () => this.now,
      onLate: () => this.lateCount++,
    });
    this.begin();
  }

  /** Begins the next tick. */
  begin(): void {
    const attempt = ++this.#attempt;
    for (const state of this.operator.states) state.begin(attempt);
  }

  /** Processes one batch and returns what comes out. */
  async run(batch: readonly Change[], input = 0): Promise<Change[]> {
    return (await this.pieces(batch, input)).flat();
  }

  /** The same in the pieces it comes out in. */
  async pieces(batch: readonly Change[], input = 0): Promise<Change[][]> {
    const { operator } = this;
    operator.prepare?.(batch, input);
    await loadStates(operator);
    const pieces: Change[][] = [[]];
    operator.process(batch, input, pieces[0] as Change[]);
    if (operator.backlog?.isNext !== true) return pieces;
    while (!operator.backlog.isEmpty) pieces.push(await this.backlogPiece());
    return pieces;
  }

  /** Processes one batch and returns what comes out before anything is emitted from a backlog. */
  async begun(batch: readonly Change[], input = 0): Promise<Change[]> {
    const { operator } = this;
    operator.prepare?.(batch, input);
    await loadStates(operator);
    const out: Change[] = [];
    operator.process(batch, input, out);
    return out;
  }

  flush(): Change[] {
    return [...(this.operator.flush?.() ?? [])].flat();
  }

  /** The next piece of what waits to be emitted. */
  async backlogPiece(): Promise<Change[]> {
    const { backlog } = this.operator;
    const out: Change[] = [];
    if (backlog === undefined || backlog.isEmpty) return out;
    backlog.prepareNext();
    await loadStates(this.operator);
    backlog.emitNext(out);
    return out;
  }

  /** All that waits to be emitted. */
  async backlog(): Promise<Change[]> {
    const out: Change[] = [];
    while (this.operator.backlog?.isEmpty === false) out.push(...(await this.backlogPiece()));
    return out;
  }

  /** Ends the tick; its state is in the store. */
  async commit(): Promise<void> {
    this.operator.backlog?.tickEnds();
    const changes = new PackedChanges();
    for (const state of this.operator.states) await state.seal(changes);
    await this.#store.commit(changes);
    this.begin();
  }

  /** Takes the tick back. */
  abandon(): void {
    for (const state of this.operator.states) state.abandon();
    this.operator.abandon?.();
    this.begin();
  }
}
