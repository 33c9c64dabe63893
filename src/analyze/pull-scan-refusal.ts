import type { Expression } from '../expressions/expression.ts';
import { printExpression } from '../expressions/print.ts';
import { formatType } from '../sql/types.ts';
import { disjuncts } from './disjuncts.ts';
import type { LogicalSource } from './logical-plan.ts';
import { PULL_HELP } from './pull-help.ts';

const SCANS_ARE_OFF =
  'Query requires table scan to be enabled. Table scans can be enabled by setting ksql.query.pull.table.scan.enabled=true';

/** Why a condition does not lead to the keys, where reading the whole table is not allowed. */
export function scanRefusal(predicate: Expression | null, table: LogicalSource): string {
  if (predicate === null) return SCANS_ARE_OFF;
  const { keys, window } = table.schema;
  const names = keys.map(({ name }) => `\`${name}\``).join(', ');
  const shape =
    `${PULL_HELP}\nWithout table scans, WHERE has to give every key column (${names}) by = or IN` +
    (window === null ? '.' : ', and may bound WINDOWSTART and WINDOWEND.') +
    ' Table scans can be enabled by setting ksql.query.pull.table.scan.enabled=true.';
  for (const leaves of disjuncts(predicate)) {
    const compared = keys.filter((_, index) => leaves.some((leaf) => usesKey(leaf, index)));
    const equal = keys.filter((_, index) => leaves.some((leaf) => isEquality(leaf, index)));
    if (equal.length === keys.length) continue;
    if (compared.length === 0) {
      const leaf = leaves.map(printExpression).join(' AND ');
      return `WHERE clause missing key column for disjunct: ${leaf}.${shape}`;
    }
    if (compared.length < keys.length) {
      const listed = (columns: typeof keys): string =>
        `[${columns.map(({ name }) => `\`${name}\``).join(', ')}]`;
      return `Multi-column sources must specify every key in the WHERE clause. Specified: ${listed(compared)} Expected: ${listed(keys)}.${shape}`;
    }
    const columns = keys.map(({ name, type }) => `\`${name}\` ${formatType(type)} KEY`);
    return `Bound on key columns '[${columns.join(', ')}]' must currently be '='.${shape}`;
  }
  return SCANS_ARE_OFF;
}

function usesKey(leaf: Expression, index: number): boolean {
  if (leaf.kind !== 'comparison' && leaf.kind !== 'distinct') return false;
  return isColumn(leaf.left, index) || isColumn(leaf.right, index);
}

function isEquality(leaf: Expression, index: number): boolean {
  return leaf.kind === 'comparison' && leaf.operator === '=' && usesKey(leaf, index);
}

function isColumn(expression: Expression, index: number): boolean {
  return expression.kind === 'column' && expression.index === index;
}
