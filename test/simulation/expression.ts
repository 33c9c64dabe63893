import type { ColumnType, Value } from './case.ts';

/** The SQL expressions that cases use. */
export type Expr =
  | {
      readonly kind: 'column';
      readonly source: string;
      readonly name: string;
      readonly type: ColumnType;
    }
  | { readonly kind: 'literal'; readonly value: Value; readonly type: ColumnType }
  | {
      readonly kind: 'arithmetic';
      readonly op: ArithmeticOp;
      readonly left: Expr;
      readonly right: Expr;
      readonly type: ColumnType;
    }
  | {
      readonly kind: 'compare';
      readonly op: CompareOp;
      readonly left: Expr;
      readonly right: Expr;
      readonly type: 'BOOLEAN';
    }
  | {
      readonly kind: 'logical';
      readonly op: 'AND' | 'OR';
      readonly left: Expr;
      readonly right: Expr;
      readonly type: 'BOOLEAN';
    }
  | { readonly kind: 'not'; readonly operand: Expr; readonly type: 'BOOLEAN' }
  | {
      readonly kind: 'isNull';
      readonly operand: Expr;
      readonly negated: boolean;
      readonly type: 'BOOLEAN';
    }
  | {
      readonly kind: 'case';
      readonly when: Expr;
      readonly whenTrue: Expr;
      readonly otherwise: Expr;
      readonly type: ColumnType;
    }
  | {
      readonly kind: 'coalesce';
      readonly left: Expr;
      readonly right: Expr;
      readonly type: ColumnType;
    }
  | { readonly kind: 'cast'; readonly operand: Expr; readonly type: ColumnType }
  | {
      readonly kind: 'aggregate';
      readonly function: AggregateName;
      readonly argument: Expr | null;
      readonly count: number | null;
      readonly type: ColumnType;
    }
  | {
      readonly kind: 'bound';
      readonly bound: 'WINDOWSTART' | 'WINDOWEND';
      readonly type: 'BIGINT';
    };

export type ArithmeticOp = '+' | '-' | '*' | '/' | '%';
export type CompareOp = '=' | '<>' | '<' | '<=' | '>' | '>=' | 'IS DISTINCT FROM';
export type AggregateName =
  | 'COUNT'
  | 'SUM'
  | 'AVG'
  | 'MIN'
  | 'MAX'
  | 'COLLECT_LIST'
  | 'COLLECT_SET'
  | 'HISTOGRAM'
  | 'EARLIEST_BY_OFFSET'
  | 'LATEST_BY_OFFSET'
  | 'TOPK'
  | 'TOPKDISTINCT';

/** The expression as SQL text; columns qualified if asked. */
export function sqlOf(expr: Expr, qualified: boolean): string {
  const sql = (inner: Expr): string => sqlOf(inner, qualified);
  switch (expr.kind) {
    case 'column':
      return qualified && expr.source !== '' ? `${expr.source}.${expr.name}` : expr.name;
    case 'literal':
      return typeof expr.value === 'string'
        ? `'${expr.value.replaceAll("'", "''")}'`
        : literal(expr.value);
    case 'arithmetic':
    case 'compare':
    case 'logical':
      return `(${sql(expr.left)} ${expr.op} ${sql(expr.right)})`;
    case 'not':
      return `(NOT ${sql(expr.operand)})`;
    case 'isNull':
      return `(${sql(expr.operand)} IS ${expr.negated ? 'NOT ' : ''}NULL)`;
    case 'case':
      return `CASE WHEN ${sql(expr.when)} THEN ${sql(expr.whenTrue)} ELSE ${sql(expr.otherwise)} END`;
    case 'coalesce':
      return `COALESCE(${sql(expr.left)}, ${sql(expr.right)})`;
    case 'cast':
      return `CAST(${sql(expr.operand)} AS ${expr.type})`;
    case 'aggregate': {
      const argument = expr.argument === null ? '*' : sql(expr.argument);
      return `${expr.function}(${argument}${expr.count === null ? '' : `, ${expr.count}`})`;
    }
    case 'bound':
      return expr.bound;
  }
}

function literal(value: Value): string {
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  return String(value);
}

/** The parts of an expression, one level down. */
export function partsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'column':
    case 'literal':
    case 'bound':
      return [];
    case 'arithmetic':
    case 'compare':
    case 'logical':
    case 'coalesce':
      return [expr.left, expr.right];
    case 'not':
    case 'isNull':
    case 'cast':
      return [expr.operand];
    case 'case':
      return [expr.when, expr.whenTrue, expr.otherwise];
    case 'aggregate':
      return expr.argument === null ? [] : [expr.argument];
  }
}

/** The expression itself and everything in it. */
export function allOf(expr: Expr): readonly Expr[] {
  return [expr, ...partsOf(expr).flatMap(allOf)];
}

/** Whether two expressions read the same. */
export function sameExpr(a: Expr, b: Expr): boolean {
  return sqlOf(a, true) === sqlOf(b, true);
}

/** The expression with some of its parts replaced, outermost first. */
export function substitute(expr: Expr, replacement: (part: Expr) => Expr | null): Expr {
  const replaced = replacement(expr);
  if (replaced !== null) return replaced;
  const inner = (part: Expr): Expr => substitute(part, replacement);
  switch (expr.kind) {
    case 'column':
    case 'literal':
    case 'bound':
      return expr;
    case 'arithmetic':
      return { ...expr, left: inner(expr.left), right: inner(expr.right) };
    case 'compare':
      return { ...expr, left: inner(expr.left), right: inner(expr.right) };
    case 'logical':
      return { ...expr, left: inner(expr.left), right: inner(expr.right) };
    case 'coalesce':
      return { ...expr, left: inner(expr.left), right: inner(expr.right) };
    case 'not':
      return { ...expr, operand: inner(expr.operand) };
    case 'isNull':
      return { ...expr, operand: inner(expr.operand) };
    case 'cast':
      return { ...expr, operand: inner(expr.operand) };
    case 'case':
      return {
        ...expr,
        when: inner(expr.when),
        whenTrue: inner(expr.whenTrue),
        otherwise: inner(expr.otherwise),
      };
    case 'aggregate':
      return expr.argument === null ? expr : { ...expr, argument: inner(expr.argument) };
  }
}
