import type { ColumnExpression, Expression } from '../expressions/expression.ts';
import { printExpression } from '../expressions/print.ts';
import { resolveAggregate } from '../functions/resolve.ts';
import { expressionsEqual } from './expression-tree.ts';
import type { AggregateCall } from './logical-plan.ts';
import type { Scope } from './scope.ts';

/**
 * Collects the aggregate calls of one query while its SELECT and HAVING are analyzed. A call becomes a column to the
 * right of the input's columns; equal calls become the same one.
 */
export class AggregateCalls {
  /** What the arguments of the calls can refer to. */
  readonly argumentScope: Scope;
  readonly #firstIndex: number;
  readonly #calls: AggregateCall[] = [];
  readonly #withoutUndo = new Set<string>();

  /** @param firstIndex how many columns the input has; the first call's column comes after them. */
  constructor(options: { readonly argumentScope: Scope; readonly firstIndex: number }) {
    this.argumentScope = options.argumentScope;
    this.#firstIndex = options.firstIndex;
  }

  /** In order of first appearance. */
  get calls(): readonly AggregateCall[] {
    return this.#calls;
  }

  /** Names of functions called that cannot take a row back, so cannot run over a table. */
  get withoutUndo(): readonly string[] {
    return [...this.#withoutUndo];
  }

  /**
   * The column that holds the call's result, under the text of the call. Null arguments are NULL literals.
   * @throws DatabaseError TYPE_MISMATCH when the function does not take these arguments.
   */
  add(name: string, calledWith: readonly (Expression | null)[]): ColumnExpression {
    const types = calledWith.map((argument) => argument?.type ?? null);
    const aggregate = resolveAggregate(name, types);
    if (aggregate.undo === undefined) this.#withoutUndo.add(name);
    const nullArgument = { kind: 'literal', type: { kind: 'STRING' }, value: null } as const;
    const args: readonly Expression[] = calledWith.map((argument) => argument ?? nullArgument);
    let index = this.#calls.findIndex(
      (call) =>
        call.function === name &&
        call.arguments.length === args.length &&
        call.arguments.every((argument, at) => expressionsEqual(argument, args[at]!)),
    );
    if (index < 0) {
      index = this.#calls.length;
      this.#calls.push({ function: name, arguments: args, type: aggregate.resultType });
    }
    return {
      kind: 'column',
      type: aggregate.resultType,
      index: this.#firstIndex + index,
      name: `${name}(${args.map(printExpression).join(', ')})`,
    };
  }
}

/** The name of the column that holds the n-th aggregate's result. */
export function aggregateColumn(index: number): string {
  return `KSQL_AGG_VARIABLE_${index}`;
}
