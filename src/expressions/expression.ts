import type { ArrayType, MapType, SqlType, StructType } from '../sql/types.ts';

/**
 * A typed expression: what the analyzer makes of the text and the only thing that is ever compiled. Plain JSON,
 * so that a plan can be stored and read back by a later process.
 *
 * Columns are indexes into the row of the step's input (keys first, then values). Implicit conversions have
 * become `cast` nodes with `implicit: true`.
 */
export type Expression =
  | LiteralExpression
  | ColumnExpression
  | PseudoColumnExpression
  | CallExpression
  | CastExpression
  | UnaryExpression
  | ArithmeticExpression
  | ComparisonExpression
  | DistinctExpression
  | LogicalExpression
  | NotExpression
  | IsNullExpression
  | InExpression
  | LikeExpression
  | CaseExpression
  | SubscriptExpression
  | DereferenceExpression
  | ArrayExpression
  | MapExpression
  | StructExpression
  | LambdaExpression
  | LambdaParameterExpression;

/** `value`: null, boolean, string, or a number (INTEGER, DOUBLE); BIGINT and DECIMAL (unscaled) as digits in a string. */
export interface LiteralExpression {
  readonly kind: 'literal';
  readonly type: SqlType;
  readonly value: null | boolean | number | string;
  /** A STRING that is written as a word without quotes: a time unit such as DAYS. */
  readonly bare?: true;
}

export interface ColumnExpression {
  readonly kind: 'column';
  readonly type: SqlType;
  readonly index: number;
  /** For printing only. */
  readonly name: string;
}

export type PseudoColumn = 'ROWTIME' | 'ROWPARTITION' | 'ROWOFFSET' | 'WINDOWSTART' | 'WINDOWEND';

export interface PseudoColumnExpression {
  readonly kind: 'pseudo';
  readonly type: SqlType;
  readonly column: PseudoColumn;
}

/** A scalar function; `overload` names one entry of the function's definition, so replay picks the same one. */
export interface CallExpression {
  readonly kind: 'call';
  readonly type: SqlType;
  readonly name: string;
  readonly overload: number;
  readonly arguments: readonly Expression[];
}

export interface CastExpression {
  readonly kind: 'cast';
  readonly type: SqlType;
  readonly operand: Expression;
  readonly implicit: boolean;
}

export interface UnaryExpression {
  readonly kind: 'negate';
  readonly type: SqlType;
  readonly operand: Expression;
}

/** The operands may have different numeric types; `type` is the result by the rules of the dialect. */
export interface ArithmeticExpression {
  readonly kind: 'arithmetic';
  readonly type: SqlType;
  readonly operator: '+' | '-' | '*' | '/' | '%';
  readonly left: Expression;
  readonly right: Expression;
}

export interface ComparisonExpression {
  readonly kind: 'comparison';
  readonly type: SqlType;
  readonly operator: '=' | '<>' | '<' | '<=' | '>' | '>=';
  readonly left: Expression;
  readonly right: Expression;
}

/** IS [NOT] DISTINCT FROM. */
export interface DistinctExpression {
  readonly kind: 'distinct';
  readonly type: SqlType;
  readonly negated: boolean;
  readonly left: Expression;
  readonly right: Expression;
}

export interface LogicalExpression {
  readonly kind: 'logical';
  readonly type: SqlType;
  readonly operator: 'AND' | 'OR';
  readonly left: Expression;
  readonly right: Expression;
}

export interface NotExpression {
  readonly kind: 'not';
  readonly type: SqlType;
  readonly operand: Expression;
}

export interface IsNullExpression {
  readonly kind: 'isNull';
  readonly type: SqlType;
  readonly negated: boolean;
  readonly operand: Expression;
}

/** Value and options have been brought to one common type. NULL options were dropped. */
export interface InExpression {
  readonly kind: 'in';
  readonly type: SqlType;
  readonly negated: boolean;
  readonly operand: Expression;
  readonly options: readonly Expression[];
}

export interface LikeExpression {
  readonly kind: 'like';
  readonly type: SqlType;
  readonly negated: boolean;
  readonly operand: Expression;
  readonly pattern: Expression;
  readonly escape: string | null;
}

/** Searched CASE; all results have the node's type. */
export interface CaseExpression {
  readonly kind: 'case';
  readonly type: SqlType;
  readonly branches: readonly { readonly when: Expression; readonly then: Expression }[];
  readonly otherwise: Expression | null;
}

/** `a[i]`, counting from 1 or, below 0, from the end; or the value of a map's key. The base is an ARRAY or a MAP. */
export interface SubscriptExpression {
  readonly kind: 'subscript';
  readonly type: SqlType;
  readonly base: Expression;
  readonly index: Expression;
}

/** `s->f`; the base is a STRUCT. */
export interface DereferenceExpression {
  readonly kind: 'dereference';
  readonly type: SqlType;
  readonly base: Expression;
  /** Of the field in the struct, from 0. */
  readonly fieldIndex: number;
  /** For printing only. */
  readonly field: string;
}

/** All elements have the element type of `type`. */
export interface ArrayExpression {
  readonly kind: 'array';
  readonly type: ArrayType;
  readonly elements: readonly Expression[];
}

/** All keys have the key type of `type`, all values its value type. Of equal keys the last one counts. */
export interface MapExpression {
  readonly kind: 'map';
  readonly type: MapType;
  readonly entries: readonly { readonly key: Expression; readonly value: Expression }[];
}

/** One value for each field of `type`, in its order. */
export interface StructExpression {
  readonly kind: 'struct';
  readonly type: StructType;
  readonly values: readonly Expression[];
}

/**
 * `(x, y) => x + y`, only as an argument of a function. `type` is that of the body, which sees its parameters, those
 * of the lambdas around it and the row.
 */
export interface LambdaExpression {
  readonly kind: 'lambda';
  readonly type: SqlType;
  readonly parameters: readonly LambdaParameterExpression[];
  readonly body: Expression;
}

export interface LambdaParameterExpression {
  readonly kind: 'lambdaParameter';
  readonly type: SqlType;
  /** Tells apart all parameters that one body can see: those of the outermost lambda are numbered first, from 0. */
  readonly slot: number;
  /** For printing only. */
  readonly name: string;
}
