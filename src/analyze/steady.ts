import { DatabaseError } from '../base/errors.ts';
import type { Expression } from '../expressions/expression.ts';
import { printExpression } from '../expressions/print.ts';
import { childrenOf } from '../expressions/walk.ts';
import { scalarFunction } from '../functions/resolve.ts';
import type { LogicalNode } from './logical-plan.ts';

/**
 * Refuses functions that give another result at each call, such as UNIX_TIMESTAMP() and RANDOM(), where a row of a
 * table is evaluated a second time to take back what it did the first time: in conditions and groupings over tables,
 * and in the keys of joins. Everywhere else they are fine.
 * @throws DatabaseError BAD_STATEMENT.
 */
export function checkSteady(node: LogicalNode): void {
  switch (node.kind) {
    case 'source':
      return;
    case 'join':
      refuseUnsteady([node.leftKey, node.rightKey], 'The ON condition of a join');
      checkSteady(node.left);
      checkSteady(node.right);
      return;
    case 'filter':
      if (node.result === 'table') refuseUnsteady([node.predicate], `${node.clause} over a table`);
      break;
    case 'aggregate':
      if (node.input.result === 'table') {
        const calls = node.aggregates.flatMap((call) => call.arguments);
        refuseUnsteady([...node.groupBy.map((key) => key.expression), ...calls], GROUPING);
      }
      break;
    case 'partitionBy':
    case 'flatMap':
    case 'project':
      break;
  }
  checkSteady(node.input);
}

const GROUPING = 'GROUP BY over a table';

function refuseUnsteady(expressions: readonly Expression[], place: string): void {
  for (const expression of expressions) {
    const call = unsteadyCall(expression);
    if (call === null) continue;
    throw new DatabaseError(
      'BAD_STATEMENT',
      `${place} cannot contain ${printExpression(call)}: it gives another result at each call, so what an ` +
        'earlier version of a row did could not be taken back. Compute it in a stream first, as a column.',
    );
  }
}

/** The first call whose result depends on more than its arguments; null when there is none. */
export function unsteadyCall(expression: Expression): Expression | null {
  if (expression.kind === 'call') {
    const overload = scalarFunction(expression.name).overloads[expression.overload];
    if (overload?.needs !== undefined) return expression;
  }
  for (const child of childrenOf(expression)) {
    const found = unsteadyCall(child);
    if (found !== null) return found;
  }
  return null;
}
