import {
  formatType,
  type PrimitiveKind,
  type SqlType,
  type StructType,
  type Value,
} from '../sql/types.ts';

/** One scalar function: what the resolver, the compiler, DESCRIBE FUNCTION and the reference know about it. */
export interface ScalarFunction {
  /** Upper case; how it is looked up. */
  readonly name: string;
  /** As messages spell it. */
  readonly displayName: string;
  readonly category: FunctionCategory;
  readonly description: string;
  /** Shown to users and run as tests. */
  readonly examples: readonly FunctionExample[];
  /** Plans refer to an overload by its index: append, never reorder. */
  readonly overloads: readonly ScalarOverload[];
}

export type FunctionCategory =
  | 'ARRAY'
  | 'CONDITIONAL'
  | 'DATE / TIME'
  | 'JSON'
  | 'LAMBDA'
  | 'MAP'
  | 'MATHEMATICAL'
  | 'OTHER'
  | 'REGULAR EXPRESSION'
  | 'STRING'
  | 'URL';

/**
 * `sql` is an expression without columns; `result` is its value as the dialect prints a literal, of a collection as
 * CAST(.. AS STRING) does.
 */
export interface FunctionExample {
  readonly sql: string;
  readonly result: string;
}

export interface ScalarOverload {
  readonly parameters: readonly Parameter[];
  /** The last parameter may be given any number of times, also not at all. */
  readonly variadic: boolean;
  /**
   * What the result depends on besides the arguments; absent for none. The body gets it as one more argument, the
   * last: for TIME the time it is, in ms since the epoch, for RANDOM a function that draws 32 random bits.
   */
  readonly needs?: 'TIME' | 'RANDOM';
  /** The type of the result, given the types of the arguments after conversion. */
  returnType(argumentTypes: readonly SqlType[]): SqlType;
  /** Makes the function for these argument types; called once per use in a plan. */
  create(argumentTypes: readonly SqlType[]): ScalarBody;
}

/**
 * What runs per row, synchronous and pure. It gets one JavaScript value per argument, of the kind types.ts
 * lists for the argument's type, and null only for parameters whose `onNull` is PASS.
 * @throws EvaluationError when there is no result for these values.
 */
export type ScalarBody = (...values: never[]) => Value;

export interface Parameter {
  readonly name: string;
  readonly type: ParameterType;
  /**
   * What a null argument does: makes the result null, is an evaluation error (the parameters the reference
   * marks as primitive), or is passed on to the function.
   */
  readonly onNull: 'RETURN_NULL' | 'FAIL' | 'PASS';
}

/**
 * A type, or a pattern of types: DECIMAL of any precision and scale, DECIMAL of any precision and scale brought to
 * the one that holds all of them, a letter that stands for the same type wherever it is used, or a collection of
 * such; a STRUCT stands for exactly that type. A LAMBDA is a function whose parameter types must be known from the arguments to its left; the type of its
 * body may bind a letter. What `returnType` and `create` get as the type of such an argument is that of the body.
 * An INTERVAL_UNIT is a bare word such as DAYS; the function gets it as text, in the plural.
 */
export type ParameterType =
  | { readonly kind: PrimitiveKind }
  | { readonly kind: 'ANY_DECIMAL' }
  | { readonly kind: 'COMMON_DECIMAL' }
  | { readonly kind: 'INTERVAL_UNIT' }
  | StructType
  | { readonly kind: 'GENERIC'; readonly letter: string }
  | { readonly kind: 'ARRAY'; readonly element: ParameterType }
  | { readonly kind: 'MAP'; readonly key: ParameterType; readonly value: ParameterType }
  | {
      readonly kind: 'LAMBDA';
      readonly parameters: readonly ParameterType[];
      readonly body: ParameterType;
    };

export const ANY_DECIMAL = { kind: 'ANY_DECIMAL' } as const satisfies ParameterType;
export const COMMON_DECIMAL = { kind: 'COMMON_DECIMAL' } as const satisfies ParameterType;
export const INTERVAL_UNIT = { kind: 'INTERVAL_UNIT' } as const satisfies ParameterType;
export const GENERIC_T = { kind: 'GENERIC', letter: 'T' } as const satisfies ParameterType;

/** `ARRAY<element>`. */
export function arrayOf(element: ParameterType): ParameterType {
  return { kind: 'ARRAY', element };
}

/** `MAP<key, value>`. */
export function mapOf(key: ParameterType, value: ParameterType): ParameterType {
  return { kind: 'MAP', key, value };
}

/** A function with parameters of these types. */
export function lambdaOf(parameters: readonly ParameterType[], body: ParameterType): ParameterType {
  return { kind: 'LAMBDA', parameters, body };
}

/** A parameter; null arguments make the result null unless said otherwise. */
export function parameter(
  name: string,
  type: ParameterType,
  onNull: Parameter['onNull'] = 'RETURN_NULL',
): Parameter {
  return { name, type, onNull };
}

/** An overload whose result type and body do not depend on the types of its arguments. */
export function overload(
  parameters: readonly Parameter[],
  result: SqlType,
  body: ScalarBody,
): ScalarOverload {
  return { parameters, variadic: false, returnType: () => result, create: () => body };
}

/** An overload without parameters whose result differs from call to call; see {@link ScalarOverload.needs}. */
export function ambientOverload(
  needs: 'TIME' | 'RANDOM',
  result: SqlType,
  body: ScalarBody,
): ScalarOverload {
  return { parameters: [], variadic: false, needs, returnType: () => result, create: () => body };
}

/** Like {@link overload}, with a body of its own for each use in a plan, which may keep what it compiled. */
export function overloadPerUse(
  parameters: readonly Parameter[],
  result: SqlType,
  create: () => ScalarBody,
): ScalarOverload {
  return { parameters, variadic: false, returnType: () => result, create };
}

/** The text of one overload in messages: `round(DECIMAL value, INTEGER places)`. */
export function formatSignature(definition: ScalarFunction, overload: ScalarOverload): string {
  const last = overload.parameters.length - 1;
  const parameters = overload.parameters.map(({ name, type }, index) => {
    const repeated = overload.variadic && index === last ? '...' : '';
    return `${formatParameterType(type)}${repeated} ${name}`;
  });
  return `${definition.displayName}(${parameters.join(', ')})`;
}

/** The text of a pattern of types: `ARRAY<T>`, `DECIMAL`, `LAMBDA (T) => U`. */
export function formatParameterType(type: ParameterType): string {
  switch (type.kind) {
    case 'ANY_DECIMAL':
    case 'COMMON_DECIMAL':
      return 'DECIMAL';
    case 'GENERIC':
      return type.letter;
    case 'ARRAY':
      return `ARRAY<${formatParameterType(type.element)}>`;
    case 'MAP':
      return `MAP<${formatParameterType(type.key)}, ${formatParameterType(type.value)}>`;
    case 'STRUCT':
      return formatType(type);
    case 'LAMBDA': {
      const parameters = type.parameters.map(formatParameterType);
      return `LAMBDA (${parameters.join(', ')}) => ${formatParameterType(type.body)}`;
    }
    default:
      return type.kind;
  }
}
