import type { ColumnType, JoinSpec, JoinType, SourceSpec, WithinSpec } from '../case.ts';
import { type Expr, sameExpr } from '../expression.ts';
import type { Choices } from '../random.ts';
import { expressionOf, type Scope } from './expressions.ts';
import type { Focus } from './focus.ts';
import { relationOf, type Relation, scopeOf } from './relation.ts';

/** A random join over some of the sources; null when they do not fit. */
export function joinOf(
  choices: Choices,
  focus: Focus,
  sources: readonly SourceSpec[],
): Relation | null {
  const left = choices.of(sources);
  const others = sources.filter((source) => source !== left);
  if (others.length === 0) return null;
  const right = choices.of(others);
  const kind = kindOf(choices, focus, left, right);
  if (kind === null) return null;
  const first = firstStep(choices, focus, { left, right, kind });
  const third = others.find((source) => source !== right);
  if (third === undefined || !choices.chance(focus.chains)) return first;
  return nextStep(choices, focus, first, third) ?? first;
}

function kindOf(
  choices: Choices,
  { joinsOnKeys }: Focus,
  left: SourceSpec,
  right: SourceSpec,
): JoinSpec['kind'] | null {
  if (left.kind === 'STREAM' && right.kind === 'STREAM') return 'stream-stream';
  if (right.keys.length !== 1 || right.kind === 'STREAM') return null;
  if (left.kind === 'STREAM') return 'stream-table';
  const sameType = left.keys.length === 1 && left.keys[0]?.type === right.keys[0]?.type;
  return sameType && choices.chance(joinsOnKeys) ? 'table-table' : 'foreign-key';
}

const TYPES: Readonly<Record<JoinSpec['kind'], readonly JoinType[]>> = {
  'stream-stream': ['INNER', 'LEFT', 'RIGHT', 'FULL OUTER'],
  'stream-table': ['INNER', 'LEFT'],
  'table-table': ['INNER', 'LEFT', 'RIGHT', 'FULL OUTER'],
  'foreign-key': ['INNER', 'LEFT'],
};

function firstStep(
  choices: Choices,
  focus: Focus,
  { left, right, kind }: { left: SourceSpec; right: SourceSpec; kind: JoinSpec['kind'] },
): Relation {
  const relation = relationOf(left);
  const { leftOn, rightOn } = conditionOfJoin(choices, focus, { left, right, kind });
  const type = choices.of(TYPES[kind]);
  const within = kind === 'stream-stream' ? withinOf(choices, focus) : null;
  const spec: JoinSpec = { type, source: right.name, leftOn, rightOn, within, kind };
  const equal = equalToKey(left, spec);
  const keys = kind === 'foreign-key' ? relation.keys : [keyOfJoin(equal, leftOn.type)];
  return {
    ...relation,
    joins: [spec],
    kind: left.kind,
    scope: visible([...relation.scope, ...scopeOf(right)], spec),
    keys,
    equal,
    knowsBefore: kind !== 'foreign-key',
  };
}

function conditionOfJoin(
  choices: Choices,
  { joinsOnKeys }: Focus,
  { left, right, kind }: { left: SourceSpec; right: SourceSpec; kind: JoinSpec['kind'] },
): { leftOn: Expr; rightOn: Expr } {
  const [leftKey, rightKey] = [scopeOf(left)[0] as Expr, scopeOf(right)[0] as Expr];
  if (kind === 'table-table') return { leftOn: leftKey, rightOn: rightKey };
  const rightOn =
    kind === 'stream-stream'
      ? operandOf(choices, scopeOf(right), { type: rightKey.type, key: rightKey, joinsOnKeys })
      : rightKey;
  const scope = scopeOf(left).filter(
    (column) => kind !== 'foreign-key' || left.keys.length > 1 || !sameExpr(column, leftKey),
  );
  return {
    leftOn: operandOf(choices, scope, { type: rightOn.type, key: leftKey, joinsOnKeys }),
    rightOn,
  };
}

/** A column of the type, mostly the key if it has it, or an expression over at least one column. */
function operandOf(
  choices: Choices,
  scope: Scope,
  { type, key, joinsOnKeys }: { type: ColumnType; key: Expr; joinsOnKeys: number },
): Expr {
  const columns = scope.filter((column) => column.type === type);
  const isThere = columns.some((column) => sameExpr(column, key));
  if (isThere && choices.chance(joinsOnKeys)) return key;
  if (columns.length > 0 && choices.chance(0.8)) return choices.of(columns);
  const base = columns.length > 0 ? choices.of(columns) : castOf(choices, scope, type);
  const other = expressionOf(choices, scope, type, 1);
  return { kind: 'coalesce', left: base, right: other, type };
}

function castOf(choices: Choices, scope: Scope, type: ColumnType): Expr {
  // There is always ROWTIME.
  const numbers = scope.filter((column) => column.type === 'INTEGER' || column.type === 'BIGINT');
  return { kind: 'cast', operand: choices.of(numbers), type };
}

function withinOf(choices: Choices, { gracedJoins, graces }: Focus): WithinSpec {
  const beforeMs = choices.of([0, 1, 3, 10, 20]);
  const afterMs = choices.chance(0.5) ? beforeMs : choices.of([0, 1, 5, 15]);
  const graceMs = choices.chance(gracedJoins) ? choices.of(graces) : null;
  return { beforeMs, afterMs, graceMs };
}

/** The operands that are known to equal the key behind a first join. */
function equalToKey(left: SourceSpec, { type, kind, leftOn, rightOn }: JoinSpec): Expr[] {
  if (kind === 'foreign-key') return left.keys.length === 1 ? [scopeOf(left)[0] as Expr] : [];
  return type === 'FULL OUTER' ? [] : [leftOn, rightOn];
}

/** The first column that is known to equal the key; the synthetic one when there is none. */
function keyOfJoin(equal: readonly Expr[], type: ColumnType): Expr {
  const viable = equal.find(({ kind }) => kind === 'column');
  return viable ?? { kind: 'column', source: '', name: 'ROWKEY', type };
}

/** Without the key column of a side that may be missing while the key is there: what it holds then is not said. */
function visible(scope: Scope, { type, leftOn, rightOn }: JoinSpec): Scope {
  const missing = type === 'RIGHT' ? leftOn : type === 'LEFT' ? rightOn : null;
  return missing === null ? scope : scope.filter((column) => !sameExpr(column, missing));
}

/** One more source joined to a join. */
function nextStep(
  choices: Choices,
  focus: Focus,
  left: Relation,
  right: SourceSpec,
): Relation | null {
  const isTable = right.kind === 'TABLE';
  if (isTable ? right.keys.length !== 1 : left.kind === 'TABLE') return null;
  const kind = left.kind === 'TABLE' ? 'table-table' : isTable ? 'stream-table' : 'stream-stream';
  const rightOn = scopeOf(right)[0] as Expr;
  const fitting = (exprs: readonly Expr[]): Expr[] =>
    exprs.filter((expr) => expr.kind === 'column' && expr.type === rightOn.type);
  // Tables stay under their key; streams may get another.
  const isKey = kind === 'table-table' || choices.chance(0.6);
  const operands = fitting(isKey ? left.equal : left.scope);
  if (operands.length === 0) return null;
  const leftOn = choices.of(operands);
  const type = choices.of(['INNER', 'LEFT'] as const);
  const within = kind === 'stream-stream' ? withinOf(choices, focus) : null;
  const spec: JoinSpec = { type, source: right.name, leftOn, rightOn, within, kind };
  const isLinked = left.equal.some((expr) => sameExpr(expr, leftOn));
  const equal = isLinked ? [...left.equal, rightOn] : [leftOn, rightOn];
  return {
    ...left,
    joins: [...left.joins, spec],
    scope: visible([...left.scope, ...scopeOf(right)], spec),
    keys: [keyOfJoin(equal, leftOn.type)],
    equal,
  };
}
