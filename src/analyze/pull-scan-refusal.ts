import type { Expression } from '../expressions/expression.ts';
import { printExpression } from '../expressions/print.ts';
import { hasColumns } from '../expressions/walk.ts';
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
    for (const leaf of leaves) {
      const mistake = shapeMistake(leaf, keys.length);
      if (mistake !== null) return `${mistake}.${shape}`;
    }
    if (keys.some((_, index) => leaves.filter((leaf) => usesKey(leaf, index)).length > 1)) {
      return `A comparison condition on the key column cannot be combined with other comparisons such as an IN predicate.${shape}`;
    }
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

/** What keeps a leaf from being looked at as a condition on a key; null when it is one, or is on another column. */
function shapeMistake(leaf: Expression, keyCount: number): string | null {
  if (leaf.kind === 'like') {
    return isNamed(leaf.operand) ? null : 'Like condition must be between strings';
  }
  if (leaf.kind !== 'comparison' && leaf.kind !== 'distinct') return null;
  const sides = [leaf.left, leaf.right] as const;
  if (!sides.some(isNamed)) return 'A comparison must directly reference a key column';
  const isKey = (side: Expression): boolean => side.kind === 'column' && side.index < keyCount;
  const [left, right] = sides;
  const isResolvable = (!isKey(left) || !hasColumns(right)) && (!isKey(right) || !hasColumns(left));
  return isResolvable
    ? null
    : 'A comparison must be between a key column and a resolvable expression';
}

/** Whether it is a column, and not made of some. */
function isNamed(expression: Expression): boolean {
  if (expression.kind === 'cast' && expression.implicit) return isNamed(expression.operand);
  return expression.kind === 'column' || expression.kind === 'pseudo';
}

function usesKey(leaf: Expression, index: number): boolean {
  if (leaf.kind !== 'comparison' && leaf.kind !== 'distinct') return false;
  return isColumn(leaf.left, index) || isColumn(leaf.right, index);
}

function isEquality(leaf: Expression, index: number): boolean {
  if (leaf.kind !== 'comparison' || leaf.operator !== '=') return false;
  const { left, right } = leaf;
  return (
    (isColumn(left, index) && !hasColumns(right)) || (isColumn(right, index) && !hasColumns(left))
  );
}

function isColumn(expression: Expression, index: number): boolean {
  return expression.kind === 'column' && expression.index === index;
}
