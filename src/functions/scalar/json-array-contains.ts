import { EvaluationError } from '../../sql/evaluation-error.ts';
import type { Integer } from '../../sql/decimal.ts';
import { BOOLEAN, STRING, type SqlType, type Value } from '../../sql/types.ts';
import {
  GENERIC_T,
  parameter,
  type ParameterType,
  type ScalarFunction,
  type ScalarOverload,
} from '../function.ts';
import { parsedOrUndefined } from './json-text.ts';
import { JsonNumber, type JsonValue } from './json-value.ts';

const WHOLE = /^-?\d{1,19}$/;

export const jsonArrayContains: ScalarFunction = {
  name: 'JSON_ARRAY_CONTAINS',
  displayName: 'JSON_ARRAY_CONTAINS',
  category: 'JSON',
  description:
    'Whether a JSON array has an element of exactly this type and value; arrays inside it are not searched. ' +
    'False for any other text.',
  examples: [
    { sql: "JSON_ARRAY_CONTAINS('[1, 2, 3]', 3)", result: 'true' },
    { sql: "JSON_ARRAY_CONTAINS('[1, 2, 3]', '3')", result: 'false' },
    { sql: "JSON_ARRAY_CONTAINS('[1, null]', NULL)", result: 'true' },
  ],
  // The second is for the NULL literal, which has no type of its own.
  overloads: [containing(GENERIC_T), containing(STRING)],
};

function containing(type: ParameterType): ScalarOverload {
  return {
    parameters: [parameter('json', STRING, 'PASS'), parameter('element', type, 'PASS')],
    variadic: false,
    returnType: () => BOOLEAN,
    create: ([, elementType]) => {
      const equals = equalityWith(elementType);
      return (json: string | null, element: Value) => {
        if (json === null)
          throw new EvaluationError('JSON_ARRAY_CONTAINS needs a text, but found null');
        const array = parsedOrUndefined(json);
        if (!Array.isArray(array)) return false;
        return array.some((member: JsonValue) =>
          element === null ? member === null : equals(member, element),
        );
      };
    },
  };
}

function equalityWith(type: SqlType | undefined): (member: JsonValue, element: Value) => boolean {
  switch (type?.kind) {
    case 'INTEGER':
    case 'BIGINT':
      return (member, element) =>
        member instanceof JsonNumber &&
        WHOLE.test(member.text) &&
        BigInt(member.text) === BigInt(element as Integer);
    case 'DOUBLE':
      return (member, element) =>
        member instanceof JsonNumber &&
        /[.eE]/.test(member.text) &&
        Number(member.text) === element;
    case 'STRING':
    case 'BOOLEAN':
      return (member, element) => member === element;
    default:
      return () => false;
  }
}
