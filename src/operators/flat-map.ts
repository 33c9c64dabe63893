// Hot path: once per record.
import { compileRow } from '../expressions/compile.ts';
import type { ErrorSink, RowContext } from '../expressions/evaluation.ts';
import type { Expression } from '../expressions/expression.ts';
import { printExpression } from '../expressions/print.ts';
import { resolveTableFunction } from '../functions/resolve.ts';
import type { TableFunction } from '../functions/table-function.ts';
import { EvaluationError } from '../sql/evaluation-error.ts';
import type { Row, SqlType, Value } from '../sql/types.ts';
import { type Change, withRows } from './change.ts';
import type { Operator, OperatorContext, OperatorDefinition, StepBase } from './operator.ts';

/**
 * Table functions, side by side: each row of a stream becomes as many as the longest of them has values, with those
 * values behind its columns; shorter ones are filled up with nulls. A call that fails has no values and is reported.
 */
export interface FlatMapStep extends StepBase {
  readonly kind: 'FlatMap';
  readonly calls: readonly TableFunctionSpec[];
}

/** One call of a step, over the rows of its input. Plain JSON. */
export interface TableFunctionSpec {
  readonly function: string;
  readonly arguments: readonly Expression[];
}

export const flatMap: OperatorDefinition<FlatMapStep> = {
  kind: 'FlatMap',
  explain: (step) => `TABLE FUNCTIONS ${step.calls.map(printCall).join(', ')}`,
  states: () => [],
  create: (step, context) => new FlatMap(step, context),
};

function printCall({ function: name, arguments: args }: TableFunctionSpec): string {
  return `${name}(${args.map((argument) => printExpression(argument)).join(', ')})`;
}

interface Call {
  readonly name: string;
  readonly function: TableFunction;
  /** Its arguments among those of all calls. */
  readonly from: number;
  readonly to: number;
}

class FlatMap implements Operator {
  readonly states = [];
  readonly #calls: readonly Call[];
  readonly #arguments: (row: Row, context: RowContext) => Row;
  readonly #errors: ErrorSink;

  constructor({ calls }: FlatMapStep, { errors, ambient }: OperatorContext) {
    let from = 0;
    this.#calls = calls.map(({ function: name, arguments: args }) => {
      const types = args.map(({ type }): SqlType => type);
      const call = { function: resolveTableFunction(name, types), from, to: from + args.length };
      from = call.to;
      return { ...call, name };
    });
    const names = calls.flatMap((call) => call.arguments.map(() => call.function));
    this.#arguments = compileRow(
      calls.flatMap((call) => call.arguments),
      'stream',
      (index, error) => errors.report(`argument of ${names[index]}: ${error.message}`),
      ambient,
    );
    this.#errors = errors;
  }

  /** A record with a null value has no columns to expand. */
  process(batch: readonly Change[], _input: number, out: Change[]): void {
    for (const change of batch) {
      if (change.after !== null) this.#expand(change, change.after, out);
    }
  }

  #expand(change: Change, row: Row, out: Change[]): void {
    const args = this.#arguments(row, change);
    const lists = this.#calls.map((call) => this.#valuesOf(call, args));
    let count = 0;
    for (const list of lists) if (list.length > count) count = list.length;
    for (let i = 0; i < count; i++) {
      const expanded = row.slice();
      for (const list of lists) expanded.push(i < list.length ? (list[i] as Value) : null);
      out.push(withRows(change, change.key, null, expanded));
    }
  }

  #valuesOf(call: Call, args: Row): readonly Value[] {
    try {
      return call.function.expand(args.slice(call.from, call.to));
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
      this.#errors.report(`${call.name}: ${error.message}`);
      return [];
    }
  }
}
