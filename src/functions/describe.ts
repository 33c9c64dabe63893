import { DatabaseError } from '../base/errors.ts';
import { formatType, type SqlType } from '../sql/types.ts';
import type { AggregateDefinition, AggregateLiteral } from './aggregate.ts';
import {
  formatParameterType,
  formatSignature,
  type ParameterType,
  type ScalarFunction,
} from './function.ts';
import { knownFunctions } from './known-functions.ts';
import type { TableFunctionDefinition } from './table-function.ts';

/** A function as DESCRIBE FUNCTION and the reference show it. */
export interface FunctionDescription {
  /** Upper case. */
  readonly name: string;
  readonly kind: 'SCALAR' | 'AGGREGATE' | 'TABLE';
  readonly category: string;
  readonly description: string;
  readonly signatures: readonly SignatureDescription[];
  readonly examples: readonly ExampleDescription[];
}

/** One way to call it. Types are texts: letters stand for any type, the same wherever the letter is. */
export interface SignatureDescription {
  /** `round(DECIMAL value, INTEGER places)` */
  readonly text: string;
  readonly parameters: readonly ParameterDescription[];
  /** Empty where it depends on the arguments in a way that a text cannot say. */
  readonly returnType: string;
}

export interface ParameterDescription {
  readonly name: string;
  readonly type: string;
  readonly isVariadic: boolean;
}

/** `result` is null where the example is a whole query. */
export interface ExampleDescription {
  readonly sql: string;
  readonly result: string | null;
}

/** Every function, sorted by name. */
export function describeFunctions(): FunctionDescription[] {
  return [
    ...[...knownFunctions.scalars.values()].map(describeScalar),
    ...[...knownFunctions.aggregates.values()].map(describeAggregate),
    ...[...knownFunctions.tables.values()].map(describeTableFunction),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function describeScalar(definition: ScalarFunction): FunctionDescription {
  const { name, category, description, examples, overloads } = definition;
  return {
    name,
    kind: 'SCALAR',
    category,
    description,
    signatures: overloads.map((overload) => {
      const { parameters, variadic } = overload;
      const types = parameters.map(({ type }) => sampleOf(type));
      return {
        text: formatSignature(definition, overload),
        parameters: parameters.map((parameter, index) => ({
          name: parameter.name,
          type: formatParameterType(parameter.type),
          isVariadic: variadic && index === parameters.length - 1,
        })),
        returnType: textOf(() => overload.returnType(types)),
      };
    }),
    examples,
  };
}

function describeAggregate(definition: AggregateDefinition): FunctionDescription {
  const { name, description, examples, signatures } = definition;
  return {
    name,
    kind: 'AGGREGATE',
    category: 'AGGREGATE',
    description,
    signatures: signatures.map((text) =>
      describeSignature(text, (types) => {
        const count = definition.literalCount?.(types) ?? 0;
        const literals = types.slice(types.length - count).map(literalOf);
        return definition.bind(types, { literals, limit: null })?.resultType;
      }),
    ),
    examples: examples.map((sql) => ({ sql, result: null })),
  };
}

function describeTableFunction(definition: TableFunctionDefinition): FunctionDescription {
  const { name, description, examples, signatures } = definition;
  return {
    name,
    kind: 'TABLE',
    category: 'TABLE',
    description,
    signatures: signatures.map((text) =>
      describeSignature(text, (types) => definition.bind(types)?.resultType),
    ),
    examples: examples.map((sql) => ({ sql, result: null })),
  };
}

/** Reads `name(TYPE parameter, ...)`, as aggregates and table functions write their signatures. */
function describeSignature(
  text: string,
  resultOf: (types: readonly (SqlType | null)[]) => SqlType | undefined,
): SignatureDescription {
  const list = text.slice(text.indexOf('(') + 1, -1);
  const parameters = list === '' || list === '*' ? [] : splitList(list).map(parameterOf);
  const types = parameters.map(({ type }) => typeNamed(type));
  const returnType = textOf(() => resultOf(types));
  return { text, parameters, returnType };
}

/** At commas outside of angle brackets and parentheses. */
function splitList(list: string): string[] {
  const items: string[] = [];
  let depth = 0;
  let start = 0;
  for (const [index, character] of [...list].entries()) {
    if ('<('.includes(character)) depth++;
    else if ('>)'.includes(character)) depth--;
    else if (character === ',' && depth === 0) {
      items.push(list.slice(start, index).trim());
      start = index + 1;
    }
  }
  return [...items, list.slice(start).trim()];
}

function parameterOf(text: string): ParameterDescription {
  const blank = text.lastIndexOf(' ');
  const type = blank < 0 ? text : text.slice(0, blank);
  const isVariadic = type.endsWith('...');
  return {
    name: blank < 0 ? '' : text.slice(blank + 1),
    type: isVariadic ? type.slice(0, -3) : type,
    isVariadic,
  };
}

const SAMPLE_DECIMAL: SqlType = { kind: 'DECIMAL', precision: 38, scale: 10 };

/** A type that stands for a letter, told apart from real ones by the name of its only field. */
function letterSample(letter: string): SqlType {
  return { kind: 'STRUCT', fields: [{ name: `<${letter}>`, type: { kind: 'STRING' } }] };
}

/** A type that fits the pattern, to ask the function what it would return. */
function sampleOf(type: ParameterType): SqlType {
  switch (type.kind) {
    case 'ANY_DECIMAL':
    case 'COMMON_DECIMAL':
      return SAMPLE_DECIMAL;
    case 'GENERIC':
      return letterSample(type.letter);
    case 'INTERVAL_UNIT':
      return { kind: 'STRING' };
    case 'ARRAY':
      return { kind: 'ARRAY', element: sampleOf(type.element) };
    case 'MAP':
      return { kind: 'MAP', key: sampleOf(type.key), value: sampleOf(type.value) };
    case 'LAMBDA':
      return sampleOf(type.body);
    default:
      return type;
  }
}

function typeNamed(name: string): SqlType | null {
  switch (name) {
    case 'BOOLEAN':
    case 'INTEGER':
    case 'BIGINT':
    case 'DOUBLE':
    case 'STRING':
    case 'BYTES':
    case 'TIME':
    case 'DATE':
    case 'TIMESTAMP':
      return { kind: name };
    case 'DECIMAL':
      return SAMPLE_DECIMAL;
    default: {
      const element = /^ARRAY<(.*)>$/.exec(name)?.[1];
      if (element !== undefined) {
        const type = typeNamed(element);
        return type === null ? null : { kind: 'ARRAY', element: type };
      }
      return /^[A-Z]$/.test(name) ? letterSample(name) : null;
    }
  }
}

function literalOf(type: SqlType | null): AggregateLiteral {
  if (type?.kind === 'BOOLEAN') return true;
  return type?.kind === 'INTEGER' ? 1 : null;
}

/** The type as text, with letters instead of the samples that stood for them, and without the size of decimals. */
function textOf(find: () => SqlType | undefined): string {
  let type: SqlType | undefined;
  try {
    type = find();
  } catch (error) {
    // A function that looks into its arguments may refuse a sample.
    if (!(error instanceof DatabaseError)) throw error;
  }
  if (type === undefined) return '';
  return formatType(type)
    .replaceAll(/STRUCT<`<([A-Z][A-Z0-9]*)>` STRING>/g, '$1')
    .replaceAll(/DECIMAL\(\d+, \d+\)/g, 'DECIMAL');
}
