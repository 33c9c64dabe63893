import { DatabaseError } from '../base/errors.ts';
import type { ColumnExpression, Expression, LiteralExpression } from '../expressions/expression.ts';
import { printExpression } from '../expressions/print.ts';
import { aggregateFunction, resolveAggregate } from '../functions/resolve.ts';
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
  readonly #nested = new Set<string>();

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

  /** Names of functions called that keep a collection or a struct between rows. */
  get nested(): readonly string[] {
    return [...this.#nested];
  }

  /**
   * The column that holds the call's result, under the text of the call. Null arguments are NULL literals.
   * @throws DatabaseError TYPE_MISMATCH when the function does not take these arguments, BAD_STATEMENT when one has
   *   to be a literal and is not.
   */
  add(name: string, calledWith: readonly (Expression | null)[]): ColumnExpression {
    const types = calledWith.map((argument) => argument?.type ?? null);
    const definition = aggregateFunction(name);
    const nullArgument = { kind: 'literal', type: { kind: 'STRING' }, value: null } as const;
    const all: readonly Expression[] = calledWith.map((argument) => argument ?? nullArgument);
    const literals = literalArguments(name, all, definition.literalCount?.(types) ?? 0);
    const args = all.slice(0, all.length - literals.length);
    const constants = { literals: literals.map(({ value }) => value), limit: null };
    const aggregate = resolveAggregate(name, types, constants);
    if (aggregate.undo === undefined) this.#withoutUndo.add(name);
    if (definition.intermediate === 'NESTED') this.#nested.add(name);
    let index = this.#calls.findIndex(
      (call) =>
        call.function === name &&
        sameExpressions(call.arguments, args) &&
        sameExpressions(call.literals, literals),
    );
    if (index < 0) {
      index = this.#calls.length;
      this.#calls.push({ function: name, arguments: args, literals, type: aggregate.resultType });
    }
    return {
      kind: 'column',
      type: aggregate.resultType,
      index: this.#firstIndex + index,
      name: `${name}(${all.map(printExpression).join(', ')})`,
    };
  }
}

/** @throws DatabaseError BAD_STATEMENT when one of the last `count` arguments is no literal. */
function literalArguments(
  name: string,
  all: readonly Expression[],
  count: number,
): readonly LiteralExpression[] {
  const first = all.length - count;
  return all.slice(first).map((argument, index) => {
    if (argument.kind === 'literal') return argument;
    throw new DatabaseError(
      'BAD_STATEMENT',
      `Parameter ${first + index + 1} passed to function ${name} must be a literal constant, but was expression: '${printExpression(argument)}'`,
    );
  });
}

function sameExpressions(a: readonly Expression[], b: readonly Expression[]): boolean {
  return a.length === b.length && a.every((argument, at) => expressionsEqual(argument, b[at]!));
}

/** The name of the column that holds the n-th aggregate's result. */
export function aggregateColumn(index: number): string {
  return `KSQL_AGG_VARIABLE_${index}`;
}
