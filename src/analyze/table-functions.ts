import type { CallNode, QueryNode } from '../../grammar/ast.ts';
import type { ColumnExpression, Expression } from '../expressions/expression.ts';
import { printExpression } from '../expressions/print.ts';
import { isTableFunction, resolveTableFunction } from '../functions/resolve.ts';
import { columnsOf, type Column } from '../sql/schema.ts';
import { queryExpressions, selectExpressions, walk } from './ast-walk.ts';
import { errorAt } from './error-at.ts';
import { expressionsEqual, replaceParts } from './expression-tree.ts';
import type { LogicalFlatMap, LogicalNode, TableFunctionCall } from './logical-plan.ts';
import type { Selection } from './project.ts';
import type { Relation } from './relation.ts';
import type { Scope } from './scope.ts';

/**
 * Collects the calls of table functions while SELECT is analyzed; equal calls become the same one. Where their columns
 * will stand is known only once PARTITION BY has made its row, so until {@link flatMapStage} the n-th call is the
 * column of the index -1 - n.
 */
export class TableCalls {
  /** What the arguments of the calls can refer to. */
  readonly argumentScope: Scope;
  readonly #calls: TableFunctionCall[] = [];

  constructor(argumentScope: Scope) {
    this.argumentScope = argumentScope;
  }

  /** In order of first appearance. */
  get calls(): readonly TableFunctionCall[] {
    return this.#calls;
  }

  /**
   * The column of the call's values, under the text of the call. Null arguments are NULL literals.
   * @throws DatabaseError TYPE_MISMATCH when the function does not take these arguments.
   */
  add(name: string, calledWith: readonly (Expression | null)[]): ColumnExpression {
    const types = calledWith.map((argument) => argument?.type ?? null);
    const { resultType } = resolveTableFunction(name, types);
    const args = calledWith.filter((argument) => argument !== null);
    let index = this.#calls.findIndex(
      (call) =>
        call.function === name &&
        call.arguments.length === args.length &&
        call.arguments.every((argument, at) => expressionsEqual(argument, args[at]!)),
    );
    if (index < 0) {
      index = this.#calls.length;
      this.#calls.push({ function: name, arguments: args, type: resultType });
    }
    const text = `${name}(${args.map((argument) => printExpression(argument)).join(', ')})`;
    return { kind: 'column', type: resultType, index: -1 - index, name: text };
  }
}

/**
 * Checks where table functions stand: in the SELECT of a stream query, without aggregates, not inside one another nor
 * inside CASE (section 5.9 of the dialect reference).
 * @param aggregated whether the query groups its rows.
 * @throws DatabaseError BAD_STATEMENT.
 */
export function checkTableFunctions(
  query: QueryNode,
  relation: Relation,
  aggregated: boolean,
): void {
  const first = queryExpressions(query).flatMap(tableFunctionsIn)[0];
  if (first === undefined) return;
  const name = first.name.name;
  if (aggregated) {
    throw errorAt(
      'BAD_STATEMENT',
      first,
      `Table functions cannot be used with aggregations, but ${name} is. Expand the rows in a stream of its own first, and group that.`,
    );
  }
  if (relation.node.result === 'table') {
    throw errorAt(
      'BAD_STATEMENT',
      first,
      `Table source is not supported with table functions such as ${name}: they work on streams only.`,
    );
  }
  for (const expression of selectExpressions(query)) {
    for (const node of walk(expression)) {
      if (node.kind !== 'case') continue;
      const [inside] = tableFunctionsIn(node);
      if (inside === undefined) continue;
      throw errorAt(
        'BAD_STATEMENT',
        inside,
        `Table functions cannot be used in CASE: ${inside.name.name} makes rows, whatever the conditions say. Expand the rows in a stream of its own first.`,
      );
    }
  }
}

function tableFunctionsIn(expression: Parameters<typeof walk>[0]): CallNode[] {
  return [...walk(expression)].filter(
    (node): node is CallNode => node.kind === 'call' && isTableFunction(node.name.name),
  );
}

/**
 * Puts the table functions between the rows and the projection; nothing happens without any.
 * @param carry brings the arguments, which are over the rows of FROM, to the rows of the selection.
 */
export function flatMapStage(
  selection: Selection,
  { calls }: TableCalls,
  carry: (expression: Expression) => Expression,
): Selection {
  if (calls.length === 0) return selection;
  const { node: input, items } = selection;
  const first = columnsOf(input.schema).length;
  const columns = calls.map(({ type }, index): Column => ({ name: `KSQL_SYNTH_${index}`, type }));
  const node: LogicalFlatMap = {
    kind: 'flatMap',
    input,
    calls: calls.map((call) => ({ ...call, arguments: call.arguments.map(carry) })),
    result: 'stream',
    schema: withColumns(input, columns),
  };
  const settle = (part: Expression): Expression | null => {
    if (part.kind !== 'column' || part.index >= 0) return null;
    const call = -1 - part.index;
    return { ...part, index: first + call, name: columns[call]!.name };
  };
  const settled = items.map((item) => ({
    ...item,
    expression: replaceParts(item.expression, settle),
  }));
  return { ...selection, node, items: settled };
}

function withColumns({ schema }: LogicalNode, columns: readonly Column[]): LogicalNode['schema'] {
  return { ...schema, values: [...schema.values, ...columns] };
}
