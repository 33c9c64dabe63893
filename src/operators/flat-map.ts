// Hot path: once per record.
import type { Expression } from '../expressions/expression.ts';
import { printExpression } from '../expressions/print.ts';
import type { Change } from './change.ts';
import { Expansion, lengthOf } from './expansion.ts';
import { expandedRowsState, FlatMapInPieces } from './flat-map-in-pieces.ts';
import type { Operator, OperatorDefinition, StepBase } from './operator.ts';

/**
 * Table functions, side by side: each row of a stream becomes as many as the longest of them has values, with those
 * values behind its columns; shorter ones are filled up with nulls. A call that fails has no values and is reported.
 */
export interface FlatMapStep extends StepBase {
  readonly kind: 'FlatMap';
  readonly calls: readonly TableFunctionSpec[];
  /** Whether a row with very many values is expanded over several ticks, for which it is kept: in persistent queries. */
  readonly inPieces?: true;
}

/** One call of a step, over the rows of its input. Plain JSON. */
export interface TableFunctionSpec {
  readonly function: string;
  readonly arguments: readonly Expression[];
}

export const flatMap: OperatorDefinition<FlatMapStep> = {
  kind: 'FlatMap',
  explain: (step) => `TABLE FUNCTIONS ${step.calls.map(printCall).join(', ')}`,
  states: (step) => (step.inPieces === true ? [expandedRowsState(step)] : []),
  create: (step, context) => {
    const expansion = new Expansion(step, context);
    return step.inPieces === true
      ? new FlatMapInPieces(step, expansion, context)
      : new FlatMap(expansion);
  },
};

function printCall({ function: name, arguments: args }: TableFunctionSpec): string {
  return `${name}(${args.map((argument) => printExpression(argument)).join(', ')})`;
}

class FlatMap implements Operator {
  readonly states = [];
  readonly #expansion: Expansion;

  constructor(expansion: Expansion) {
    this.#expansion = expansion;
  }

  /** A record with a null value has no columns to expand. */
  process(batch: readonly Change[], _input: number, out: Change[]): void {
    for (const change of batch) {
      if (change.after === null) continue;
      const lists = this.#expansion.listsOf(change.after, change);
      const to = lengthOf(lists);
      this.#expansion.expand(change, { row: change.after, lists, from: 0, to }, out);
    }
  }
}
