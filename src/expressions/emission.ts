import { joinCode, js, type Code, type FunctionBuilder } from '../base/generate.ts';
import { EvaluationError } from '../sql/evaluation-error.ts';
import type { Ambient } from './ambient.ts';
import type { Expression } from './expression.ts';
import { printExpression } from './print.ts';
import { isNullable, type EvaluationRules } from './properties.ts';

/** What all parts of one generated function share. */
export interface Emission {
  readonly builder: FunctionBuilder;
  readonly rules: EvaluationRules;
  readonly ambient: Ambient;
  /** Told of every error that was kept inside a part of the expression. */
  readonly onNestedError: (error: EvaluationError) => void;
  /** The code of an expression: a JavaScript expression over `row` and `context`. */
  emit(expression: Expression): Code;
}

/** A part that has been given a name, so that it can be used twice. */
export interface Loaded {
  /** Evaluates the part; null when there is nothing to evaluate. */
  readonly load: Code | null;
  /** Its value, once loaded. */
  readonly name: Code;
  readonly nullable: boolean;
}

/** Gives a part a name; constants have one already. */
export function load(expression: Expression, emission: Emission): Loaded {
  const nullable = isNullable(expression, emission.rules);
  const code = emission.emit(expression);
  if (expression.kind === 'literal') return { load: null, name: code, nullable };
  const name = emission.builder.variable();
  return { load: js`${name} = ${code}`, name, nullable };
}

/** Evaluates the loaded parts in order, then the result. */
export function afterLoading(parts: readonly Loaded[], result: Code): Code {
  const loads = parts.flatMap((part) => (part.load === null ? [] : [part.load]));
  return js`(${joinCode([...loads, result], js`, `)})`;
}

/** True when one of the loaded parts is null; null when none of them can be. */
export function anyNull(parts: readonly Loaded[]): Code | null {
  const nullable = parts.filter((part) => part.nullable);
  if (nullable.length === 0) return null;
  return joinCode(
    nullable.map((part) => js`${part.name} === null`),
    js` || `,
  );
}

/** Throws an EvaluationError with the message, in the place of a value. */
export function failure(message: string, { builder }: Emission): Code {
  return js`${builder.constant(fail)}(${builder.constant(message)})`;
}

function fail(message: string): never {
  throw new EvaluationError(message);
}

/** A condition: exactly true or false; null is an error. */
export function emitCondition(expression: Expression, emission: Emission): Code {
  if (!isNullable(expression, emission.rules)) return emission.emit(expression);
  const condition = load(expression, emission);
  const failed = failure(`Condition ${printExpression(expression)} is null`, emission);
  return afterLoading([condition], js`${condition.name} === null ? ${failed} : ${condition.name}`);
}

/** The value of the code, or null (false in predicates) after an error, which is reported. */
export function emitIsolated(write: () => Code, { builder, rules, onNestedError }: Emission): Code {
  const report = builder.constant((error: unknown) => {
    if (!(error instanceof EvaluationError)) throw error;
    onNestedError(error);
  });
  const instead = rules.nestedError === 'FALSE' ? js`false` : js`null`;
  const name = builder.innerFunction(
    () => js`try { return ${write()}; } catch (error) { ${report}(error); return ${instead}; }`,
  );
  return js`${name}(row, context)`;
}
