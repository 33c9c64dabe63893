import { EvaluationError } from '../../sql/evaluation-error.ts';
import { BOOLEAN, INTEGER, STRING, type Value } from '../../sql/types.ts';
import { overload, parameter, type ScalarFunction } from '../function.ts';
import { STRINGS, STRINGS_BY_NAME } from './collection-types.ts';
import { followJsonPath, parseJsonPath } from './json-path.ts';
import { formatJson, isBlankJson, parseJson, type JsonValue } from './json-value.ts';
import { keepLast } from './last-results.ts';
import { checkSize } from './text-size.ts';

const readPath = keepLast(parseJsonPath);

export const extractJsonField: ScalarFunction = {
  name: 'EXTRACTJSONFIELD',
  displayName: 'extractjsonfield',
  category: 'JSON',
  description:
    'The part of a JSON text that a path leads to, for example $.orders[0].id: texts without their ' +
    'quotes, everything else as JSON with numbers as they were written. Null when there is none.',
  examples: [
    { sql: `EXTRACTJSONFIELD('{"a": {"b": [1, 2.50]}}', '$.a.b[1]')`, result: "'2.50'" },
    { sql: `EXTRACTJSONFIELD('{"a": {"b": "x"}}', '$.a')`, result: `'{"b":"x"}'` },
    { sql: `EXTRACTJSONFIELD('{"a": 1}', '$.b')`, result: 'null' },
  ],
  overloads: [
    overload([parameter('json', STRING), parameter('path', STRING)], STRING, extractField),
  ],
};

function extractField(json: string, path: string): string | null {
  const steps = readPath(path);
  if (isBlankJson(json)) return null;
  const part = followJsonPath(parseJson(json), steps);
  return part === undefined ? null : textOf(part);
}

/** A text itself, anything else as JSON. */
function textOf(value: JsonValue): string {
  return typeof value === 'string' ? value : formatJson(value);
}

export const isJsonString: ScalarFunction = {
  name: 'IS_JSON_STRING',
  displayName: 'IS_JSON_STRING',
  category: 'JSON',
  description: 'Whether a text begins with a JSON value of any kind; false for null.',
  examples: [
    { sql: `IS_JSON_STRING('{"a": 1}')`, result: 'true' },
    { sql: "IS_JSON_STRING('12')", result: 'true' },
    { sql: "IS_JSON_STRING('abc')", result: 'false' },
  ],
  overloads: [
    overload([parameter('text', STRING, 'PASS')], BOOLEAN, (text: string | null) => {
      return text !== null && parsedOrUndefined(text) !== undefined;
    }),
  ],
};

/** Undefined when the text is not JSON. */
export function parsedOrUndefined(text: string): JsonValue | undefined {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof EvaluationError) return undefined;
    throw error;
  }
}

export const jsonArrayLength: ScalarFunction = {
  name: 'JSON_ARRAY_LENGTH',
  displayName: 'JSON_ARRAY_LENGTH',
  category: 'JSON',
  description: 'The count of elements of a JSON array; null for any other JSON value.',
  examples: [
    { sql: "JSON_ARRAY_LENGTH('[1, [2, 3], null]')", result: '3' },
    { sql: "JSON_ARRAY_LENGTH('{}')", result: 'null' },
  ],
  overloads: [
    overload([parameter('json', STRING)], INTEGER, (json: string) => {
      const array = isBlankJson(json) ? null : parseJson(json);
      return Array.isArray(array) ? array.length : null;
    }),
  ],
};

export const jsonConcat: ScalarFunction = {
  name: 'JSON_CONCAT',
  displayName: 'JSON_CONCAT',
  category: 'JSON',
  description:
    'JSON texts made one: of objects an object with the fields of all (the last of one name counts), else ' +
    'an array with the elements of all, in which what is no array is one element. Null when one is null ' +
    'or empty.',
  examples: [
    { sql: `JSON_CONCAT('{"a": 1}', '{"b": 2.0}')`, result: `'{"a":1,"b":2.0}'` },
    { sql: "JSON_CONCAT('[1, 2]', '3')", result: "'[1,2,3]'" },
    { sql: "JSON_CONCAT('[1]', '')", result: 'null' },
  ],
  overloads: [
    {
      parameters: [parameter('jsons', STRING)],
      variadic: true,
      returnType: () => STRING,
      create: () => concatJsons,
    },
  ],
};

function concatJsons(...texts: string[]): string | null {
  if (texts.length === 0 || texts.some(isBlankJson)) return null;
  const values = texts.map(parseJson);
  const objects = values.filter(isObject);
  const result = formatJson(
    objects.length === values.length
      ? new Map(objects.flatMap((object) => [...object]))
      : values.flatMap((value) => (isArray(value) ? value : [value])),
  );
  checkSize('JSON_CONCAT', result.length);
  return result;
}

function isObject(value: JsonValue): value is ReadonlyMap<string, JsonValue> {
  return value instanceof Map;
}

function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

export const jsonItems: ScalarFunction = {
  name: 'JSON_ITEMS',
  displayName: 'JSON_ITEMS',
  category: 'JSON',
  description:
    'The elements of a JSON array, each as JSON text; it is an error when it is no array.',
  examples: [{ sql: `JSON_ITEMS('[1.0, "a"]')[2]`, result: `'"a"'` }],
  overloads: [
    overload([parameter('json', STRING)], STRINGS, (json: string) => {
      const array = parseJson(json);
      if (isArray(array)) return array.map(formatJson);
      throw new EvaluationError('JSON_ITEMS needs a JSON array, but found another JSON value');
    }),
  ],
};

export const jsonKeys: ScalarFunction = {
  name: 'JSON_KEYS',
  displayName: 'JSON_KEYS',
  category: 'JSON',
  description:
    'The names of the fields of a JSON object, in its order; null for any other JSON value.',
  examples: [{ sql: `JSON_KEYS('{"b": 1, "a": 2}')[1]`, result: "'b'" }],
  overloads: [
    overload([parameter('json', STRING)], STRINGS, (json: string) => {
      const object = objectIn(json);
      return object === null ? null : [...object.keys()];
    }),
  ],
};

export const jsonRecords: ScalarFunction = {
  name: 'JSON_RECORDS',
  displayName: 'JSON_RECORDS',
  category: 'JSON',
  description:
    'The fields of a JSON object as a map: texts without their quotes, everything else as JSON. Null for ' +
    'any other JSON value.',
  examples: [{ sql: `JSON_RECORDS('{"a": "x", "b": [1]}')['b']`, result: "'[1]'" }],
  overloads: [
    overload([parameter('json', STRING)], STRINGS_BY_NAME, (json: string) => {
      const object = objectIn(json);
      if (object === null) return null;
      return new Map<Value, Value>(Array.from(object, ([name, value]) => [name, textOf(value)]));
    }),
  ],
};

function objectIn(json: string): ReadonlyMap<string, JsonValue> | null {
  const value = isBlankJson(json) ? null : parseJson(json);
  return isObject(value) ? value : null;
}
