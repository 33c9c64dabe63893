import { expect, test } from 'vitest';
import { EvaluationError } from '../../../src/sql/evaluation-error.ts';
import type { Value } from '../../../src/sql/types.ts';
import { evaluate } from '../evaluate.ts';

test.each<[string, string | null, Value]>([
  ["EXTRACTJSONFIELD(S, '$.a[1]')", '{"a":[1,9007199254740993]}', '9007199254740993'],
  ["EXTRACTJSONFIELD(S, '$.a[2]')", '{"a":[1,2]}', null],
  ["EXTRACTJSONFIELD(S, '$.a.b')", '{"a":"text"}', null],
  ["EXTRACTJSONFIELD(S, '$.a')", '{"a":null}', 'null'],
  ["EXTRACTJSONFIELD(S, '$.A')", '{"a":1}', null],
  ["EXTRACTJSONFIELD(S, '$.constructor')", '{"a":1}', null],
  ["EXTRACTJSONFIELD(S, '$')", '[1.0, "x"]', '[1.0,"x"]'],
  ["EXTRACTJSONFIELD(S, '$.a')", '{"a":1}} rest', '1'],
  ["EXTRACTJSONFIELD(S, '$.a')", '', null],
  ["EXTRACTJSONFIELD(S, '$.a')", null, null],
  ['IS_JSON_STRING(S)', null, false],
  ['IS_JSON_STRING(S)', '', false],
  ['IS_JSON_STRING(S)', 'null', true],
  ['IS_JSON_STRING(S)', '{"a":', false],
  ['JSON_ARRAY_LENGTH(S)', '[]', 0],
  ['JSON_ARRAY_LENGTH(S)', '', null],
  ['JSON_ARRAY_LENGTH(S)', '"[1]"', null],
  ['JSON_CONCAT(S, \'{"a":2.50}\')', '{"a":1,"b":{"c":3}}', '{"a":2.50,"b":{"c":3}}'],
  ["JSON_CONCAT(S, '[2]', '{\"a\":3}')", '1', '[1,2,{"a":3}]'],
  ['JSON_CONCAT(S, S)', 'null', '[null,null]'],
  ['JSON_CONCAT(S, S)', null, null],
  ['JSON_CONCAT()', null, null],
  ['JSON_ITEMS(S)', '["a", {"b": 1.0}]', ['"a"', '{"b":1.0}']],
  ['JSON_ITEMS(S)', null, null],
  ['JSON_KEYS(S)', '{"b":1,"a":2}', ['b', 'a']],
  ['JSON_KEYS(S)', '[1]', null],
  ['JSON_RECORDS(S)', '{"b":"x","a":[1, 2]}', new Map([['b', 'x'], ['a', '[1,2]']])], // prettier-ignore
  ['JSON_RECORDS(S)', '', null],
])('%s of %s is %j', (sql, json, expected) => {
  expect(evaluate(sql, { S: json })).toEqual(expected);
});

test.each([
  ["EXTRACTJSONFIELD(S, '$.a')", '{"a"'],
  ["EXTRACTJSONFIELD(S, '$.a[-1]')", '{"a":[1]}'],
  ['JSON_ARRAY_LENGTH(S)', '[1'],
  ["JSON_CONCAT(S, '1')", '[1'],
  ['JSON_ITEMS(S)', '{"a":1}'],
  ['JSON_ITEMS(S)', ''],
  ['JSON_KEYS(S)', '{"a"'],
  ['JSON_RECORDS(S)', '{"a"'],
])('%s of %s is an error', (sql, json) => {
  expect(() => evaluate(sql, { S: json })).toThrow(EvaluationError);
});
