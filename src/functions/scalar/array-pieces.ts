import { EvaluationError } from '../../sql/evaluation-error.ts';
import { formatType, INTEGER, STRING, type SqlType, type Value } from '../../sql/types.ts';
import { memberFormatter, type FormatValue } from '../../sql/value-text.ts';
import { arrayOf, GENERIC_T, parameter, type ScalarFunction } from '../function.ts';
import { arrayAt } from './argument-types.ts';
import { firstType } from './same-type.ts';
import { checkLength } from './array-size.ts';
import { checkSize } from './text-size.ts';

export const arrayConcat: ScalarFunction = {
  name: 'ARRAY_CONCAT',
  displayName: 'array_concat',
  category: 'ARRAY',
  description: 'Both arrays one after the other; a null one counts as empty, two are null.',
  examples: [
    { sql: 'ARRAY_CONCAT(ARRAY[1, 2], ARRAY[2, 3])', result: '[1, 2, 2, 3]' },
    { sql: 'ARRAY_CONCAT(ARRAY[1, 2], NULL)', result: '[1, 2]' },
  ],
  overloads: [
    {
      parameters: [
        parameter('left', arrayOf(GENERIC_T), 'PASS'),
        parameter('right', arrayOf(GENERIC_T), 'PASS'),
      ],
      variadic: false,
      returnType: firstType,
      create: () => concatenated,
    },
  ],
};

function concatenated(left: readonly Value[] | null, right: readonly Value[] | null): Value {
  if (left === null && right === null) return null;
  const parts = [left ?? [], right ?? []] as const;
  checkLength('ARRAY_CONCAT', parts[0].length + parts[1].length);
  return parts.flat();
}

export const slice: ScalarFunction = {
  name: 'SLICE',
  displayName: 'slice',
  category: 'ARRAY',
  description:
    'The elements from one place to another, both counted from 1 and included. A null place is the ' +
    'beginning or the end; null when a place is outside of the array.',
  examples: [
    { sql: 'SLICE(ARRAY[5, 6, 7, 8], 2, 3)', result: '[6, 7]' },
    { sql: 'SLICE(ARRAY[5, 6, 7, 8], 3, NULL)', result: '[7, 8]' },
    { sql: 'SLICE(ARRAY[5, 6], 1, 3)', result: 'null' },
  ],
  overloads: [
    {
      parameters: [
        parameter('array', arrayOf(GENERIC_T)),
        parameter('from', INTEGER, 'PASS'),
        parameter('to', INTEGER, 'PASS'),
      ],
      variadic: false,
      returnType: firstType,
      create: () => sliceOf,
    },
  ],
};

function sliceOf(array: readonly Value[], from: number | null, to: number | null): Value {
  const first = from ?? 1;
  const last = to ?? array.length;
  if (first < 1 || last > array.length) return null;
  if (first > last + 1) {
    throw new EvaluationError(`SLICE from ${first} to ${last}: the first place is after the last`);
  }
  return array.slice(first - 1, last);
}

export const arrayJoin: ScalarFunction = {
  name: 'ARRAY_JOIN',
  displayName: 'ARRAY_JOIN',
  category: 'ARRAY',
  description:
    'The texts of all elements with the delimiter, a comma unless given, between each two. The elements ' +
    'are texts, numbers or booleans.',
  examples: [
    { sql: "ARRAY_JOIN(ARRAY['a', NULL, 'b'])", result: "'a,null,b'" },
    { sql: "ARRAY_JOIN(ARRAY[1, 2], ' and ')", result: "'1 and 2'" },
    { sql: 'ARRAY_JOIN(ARRAY[1, 2], NULL)', result: "'12'" },
  ],
  overloads: [
    {
      parameters: [parameter('array', arrayOf(GENERIC_T))],
      variadic: false,
      returnType: () => STRING,
      create: (types) => {
        const format = elementFormatter(arrayAt(types, 0).element);
        return (array: readonly Value[]) => join(array, ',', format);
      },
    },
    {
      parameters: [parameter('array', arrayOf(GENERIC_T)), parameter('delimiter', STRING, 'PASS')],
      variadic: false,
      returnType: () => STRING,
      create: (types) => {
        const format = elementFormatter(arrayAt(types, 0).element);
        return (array: readonly Value[], delimiter: string | null) =>
          join(array, delimiter ?? '', format);
      },
    },
  ],
};

function join(array: readonly Value[], delimiter: string, format: FormatValue): string {
  let text = '';
  for (const [index, element] of array.entries()) {
    const next = format(element);
    checkSize('ARRAY_JOIN', text.length + delimiter.length + next.length);
    text += index === 0 ? next : delimiter + next;
  }
  return text;
}

/** Elements of other types are an error of each row that holds some. */
function elementFormatter(type: SqlType): FormatValue {
  switch (type.kind) {
    case 'BOOLEAN':
    case 'INTEGER':
    case 'BIGINT':
    case 'DOUBLE':
    case 'DECIMAL':
    case 'STRING':
      return memberFormatter(type);
    default:
      return () => {
        throw new EvaluationError(
          `ARRAY_JOIN joins texts, numbers and booleans, but found elements of type ${formatType(type)}`,
        );
      };
  }
}
