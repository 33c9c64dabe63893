import type { JoinNode } from '../../grammar/ast.ts';
import { printExpression } from '../expressions/print.ts';
import type { Column, RowSchema } from '../sql/schema.ts';
import { columnsOf } from '../sql/schema.ts';
import type { SqlType } from '../sql/types.ts';
import type { Condition } from './join-condition.ts';
import type { JoinKind } from './logical-plan.ts';
import type { AnalyzedSource, JoinKey, JoinOperand, Relation } from './relation.ts';
import type { ScopeColumn } from './scope.ts';

const KEY_NAME = 'ROWKEY';

/** ROWKEY, or the first of ROWKEY_1, ROWKEY_2, ... that no source has. */
export function syntheticKeyName(sources: readonly AnalyzedSource[]): string {
  const taken = new Set(
    sources.flatMap(({ source }) => columnsOf(source.schema).map(({ name }) => name)),
  );
  let name = KEY_NAME;
  for (let suffix = 1; taken.has(name); suffix++) name = `${KEY_NAME}_${suffix}`;
  return name;
}

/** Key columns of these types, under names that nothing else in joined rows has. */
export function keyColumns(
  types: readonly SqlType[],
  sources: readonly AnalyzedSource[],
): readonly Column[] {
  const name = syntheticKeyName(sources);
  return types.map((type, index) => ({
    name: types.length === 1 ? name : `${name}_${index}`,
    type,
  }));
}

interface KeyInput {
  readonly kind: JoinKind;
  readonly type: JoinNode['type'];
  readonly left: Relation;
  readonly condition: Condition;
  /** Of the joined row. */
  readonly columns: readonly ScopeColumn[];
  readonly schema: RowSchema;
}

/** What is known about the key of the joined rows (section 6.3 of the dialect reference). */
export function joinKey(input: KeyInput): JoinKey {
  return input.kind === 'foreign-key' ? foreignJoinKey(input) : plainJoinKey(input);
}

/** The key of the left table stays, all its columns. */
function foreignJoinKey({ left, columns }: KeyInput): JoinKey {
  const keys = left.node.schema.keys.map(({ name }) =>
    columns.find((column) => column.qualifier === left.sources[0]?.alias && column.name === name),
  );
  const viable = keys.filter((column) => column !== undefined);
  const equal: JoinOperand[] = viable.map((column) => ({
    column,
    text: printExpression(column.expression),
  }));
  return {
    viable,
    isWholeKey: true,
    synthetic: null,
    equal: equal.length === 1 ? equal : [],
    equivalent: equal.length === 1 ? viable : [],
  };
}

/** The operands of this condition, and those of earlier ones when this one continues them. */
function plainJoinKey({ type, left, condition, columns, schema }: KeyInput): JoinKey {
  const { leftKey, rightKey } = condition;
  const earlier = left.join;
  const continues = earlier?.equal.some(({ text }) => text === leftKey.text) === true;
  const equal: readonly JoinOperand[] =
    type === 'FULL' ? [] : [...(continues ? earlier.equal : [leftKey]), rightKey];
  const viable = inJoinedRow(equal, columns);
  const sure: JoinOperand[] = [];
  if (type === 'INNER' || type === 'LEFT') {
    if (!continues) sure.push(leftKey);
    else sure.push(...earlier.equivalent.map((column) => ({ column, text: '' })));
  }
  if (type === 'INNER' || type === 'RIGHT') sure.push(rightKey);
  const [key] = schema.keys;
  const synthetic: ScopeColumn | null =
    viable.length > 0 || key === undefined
      ? null
      : {
          qualifier: '',
          name: key.name,
          expression: { kind: 'column', type: key.type, index: 0, name: key.name },
        };
  return {
    viable: synthetic === null ? viable : [synthetic],
    isWholeKey: false,
    synthetic,
    equal,
    equivalent: inJoinedRow(sure, columns),
  };
}

function inJoinedRow(
  operands: readonly JoinOperand[],
  columns: readonly ScopeColumn[],
): readonly ScopeColumn[] {
  return operands.flatMap(({ column }) =>
    column === null ? [] : columns.filter((joined) => sameColumn(joined, column)),
  );
}

function sameColumn(a: ScopeColumn, b: ScopeColumn): boolean {
  return a.qualifier === b.qualifier && a.name === b.name;
}
