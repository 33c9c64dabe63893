// Hot path: once per record.
import { compileRow } from '../expressions/compile.ts';
import type { ErrorSink, RowContext } from '../expressions/evaluation.ts';
import { resolveTableFunction } from '../functions/resolve.ts';
import type { TableFunction } from '../functions/table-function.ts';
import { EvaluationError } from '../sql/evaluation-error.ts';
import type { Row, SqlType, Value } from '../sql/types.ts';
import { type Change, withRows } from './change.ts';
import type { FlatMapStep } from './flat-map.ts';
import type { OperatorContext } from './operator.ts';

/** What the table functions of a step give for one row: by call, its values. */
export type Lists = readonly (readonly Value[])[];

interface Call {
  readonly name: string;
  readonly function: TableFunction;
  /** Its arguments among those of all calls. */
  readonly from: number;
  readonly to: number;
}

/** Into how many rows the lists expand one. */
export function lengthOf(lists: Lists): number {
  let length = 0;
  for (const list of lists) if (list.length > length) length = list.length;
  return length;
}

/** The table functions of a step. */
export class Expansion {
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

  listsOf(row: Row, context: RowContext): Lists {
    const args = this.#arguments(row, context);
    return this.#calls.map((call) => this.#valuesOf(call, args));
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

  /** Puts out the rows `from` to `to`, not included, of those that a row becomes. */
  expand(
    change: Change,
    { row, lists, from, to }: { row: Row; lists: Lists; from: number; to: number },
    out: Change[],
  ): void {
    for (let i = from; i < to; i++) {
      const expanded = row.slice();
      for (const list of lists) expanded.push(i < list.length ? (list[i] as Value) : null);
      out.push(withRows(change, change.key, null, expanded));
    }
  }
}
