import type { Expression } from '../expressions/expression.ts';
import type { LogicalNode } from './logical-plan.ts';
import type { SelectedItem } from './select-items.ts';

/**
 * What stands between FROM/WHERE and the projection: nothing, PARTITION BY or GROUP BY. SELECT and HAVING are analyzed
 * over the rows of FROM; a stage makes its node and carries expressions over to the rows of that node.
 */
export interface Stage {
  readonly node: LogicalNode;
  /** The item over the rows of `node`. */
  readonly carry: (item: SelectedItem) => Expression;
  /** What the key of the result is, in a message about its absence: `grouping expression`. */
  readonly keyNoun: string;
}
