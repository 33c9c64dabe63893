import { describe, expect, test } from 'vitest';
import { jsonSchemaIncompatibilities } from '../../../src/schema-registry/json-schema/json-schema-compatibility.ts';
import { parseJsonSchema } from '../../../src/schema-registry/json-schema/parse-json-schema.ts';

type Json = object | boolean;

function problems(reader: Json, writer: Json): string[] {
  const [read, written] = [reader, writer].map((schema) =>
    parseJsonSchema(JSON.stringify(schema), new Map()),
  );
  return jsonSchemaIncompatibilities(read as never, written as never).map(
    ({ kind, path }) => `${kind} ${path}`,
  );
}

const open = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more });
const closed = (properties: object, more: object = {}) =>
  open(properties, { additionalProperties: false, ...more });
const INTEGER = { type: 'integer' };
const STRING = { type: 'string' };

const list = (value: Json) => ({
  $ref: '#/definitions/list',
  definitions: {
    list: closed({
      value,
      next: { oneOf: [{ type: 'null' }, { $ref: '#/definitions/list' }] },
    }),
  },
});

describe('compatible', () => {
  test.each<[string, Json, Json]>([
    ['the same', open({ a: INTEGER }), open({ a: INTEGER })],
    ['another description', { ...STRING, title: 'x' }, STRING],
    ['integers as numbers', { type: 'number' }, INTEGER],
    ['anything', true, STRING],
    ['anything but annotations', { title: 'x' }, STRING],
    ['one more type', { type: ['null', 'string'] }, STRING],
    ['one more alternative', { oneOf: [{ type: 'null' }, STRING] }, STRING],
    [
      'alternatives in another order',
      { oneOf: [STRING, { type: 'null' }] },
      { oneOf: [{ type: 'null' }, STRING] },
    ],
    ['a single alternative', { anyOf: [STRING] }, STRING],
    ['a longer text', { ...STRING, maxLength: 9 }, { ...STRING, maxLength: 5 }],
    ['no pattern', STRING, { ...STRING, pattern: '^a' }],
    ['a higher maximum', { ...INTEGER, maximum: 9 }, { ...INTEGER, maximum: 5 }],
    ['a divisor', { ...INTEGER, multipleOf: 2 }, { ...INTEGER, multipleOf: 4 }],
    ['more values', { enum: ['a', 'b'] }, { enum: ['a'] }],
    ['any text for some texts', STRING, { enum: ['a'] }],
    [
      'an optional property of a closed object',
      closed({ a: INTEGER, b: STRING }),
      closed({ a: INTEGER }),
    ],
    ['a property less of an open object', open({ a: INTEGER }), open({ a: INTEGER, b: STRING })],
    ['less required', open({ a: INTEGER }), open({ a: INTEGER }, { required: ['a'] })],
    [
      'required with a default',
      closed({ a: { ...INTEGER, default: 0 } }, { required: ['a'] }),
      closed({}),
    ],
    ['opened', open({ a: INTEGER }), closed({ a: INTEGER })],
    [
      'a property that additional ones cover',
      open({}, { additionalProperties: INTEGER }),
      closed({ a: INTEGER }),
    ],
    ['more items', { type: 'array', maxItems: 9 }, { type: 'array', maxItems: 5 }],
    [
      'one more item of a closed array',
      { type: 'array', items: [INTEGER, STRING], additionalItems: false },
      { type: 'array', items: [INTEGER], additionalItems: false },
    ],
    ['less excluded', { not: { enum: ['a'] } }, { not: { enum: ['a', 'b'] } }],
    ['some of all that held', INTEGER, { allOf: [INTEGER, { minimum: 3 }] }],
  ])('%s', (_name, reader, writer) => {
    expect(problems(reader, writer)).toEqual([]);
  });

  test('schemas that contain themselves', () => {
    expect(problems(list({ type: 'number' }), list(INTEGER))).toEqual([]);
    expect(problems(list(STRING), list(INTEGER))).toEqual(['TYPE_CHANGED #/properties/value/type']);
  });
});

describe('incompatible', () => {
  test.each<[string, Json, Json, string]>([
    ['another type', STRING, INTEGER, 'TYPE_CHANGED #/type'],
    ['integers only', INTEGER, { type: 'number' }, 'TYPE_NARROWED #/type'],
    ['one type less', STRING, { type: ['null', 'string'] }, 'SUM_TYPE_NARROWED #'],
    [
      'one alternative less',
      { oneOf: [STRING, INTEGER] },
      { oneOf: [STRING, INTEGER, { type: 'null' }] },
      'SUM_TYPE_NARROWED #',
    ],
    ['nothing', false, STRING, 'TYPE_CHANGED #'],
    ['shorter texts', { ...STRING, maxLength: 4 }, STRING, 'MAX_LENGTH_ADDED #'],
    [
      'longer texts',
      { ...STRING, minLength: 4 },
      { ...STRING, minLength: 3 },
      'MIN_LENGTH_INCREASED #',
    ],
    [
      'another pattern',
      { ...STRING, pattern: 'a' },
      { ...STRING, pattern: 'b' },
      'PATTERN_CHANGED #',
    ],
    [
      'a lower maximum',
      { ...INTEGER, maximum: 4 },
      { ...INTEGER, maximum: 5 },
      'MAXIMUM_DECREASED #',
    ],
    [
      'an exclusive maximum of draft 4',
      { ...INTEGER, maximum: 5, exclusiveMaximum: true },
      { ...INTEGER, maximum: 5 },
      'EXCLUSIVE_MAXIMUM_ADDED #',
    ],
    [
      'a multiple',
      { ...INTEGER, multipleOf: 4 },
      { ...INTEGER, multipleOf: 2 },
      'MULTIPLE_OF_EXPANDED #',
    ],
    ['fewer values', { enum: ['a'] }, { enum: ['a', 'b'] }, 'ENUM_ARRAY_NARROWED #/enum'],
    ['some values', { enum: ['a'] }, STRING, 'ENUM_ARRAY_ADDED #'],
    [
      'a property that was anything',
      open({ a: INTEGER, b: STRING }),
      open({ a: INTEGER }),
      'PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL #',
    ],
    [
      'a property that is not allowed any more',
      closed({ a: INTEGER }),
      closed({ a: INTEGER, b: STRING }),
      'PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL #',
    ],
    [
      'required',
      closed({ a: INTEGER }, { required: ['a'] }),
      closed({ a: INTEGER }),
      'REQUIRED_ATTRIBUTE_ADDED #',
    ],
    ['closed', closed({ a: INTEGER }), open({ a: INTEGER }), 'ADDITIONAL_PROPERTIES_REMOVED #'],
    [
      'inside',
      closed({ a: closed({ b: STRING }) }),
      closed({ a: closed({ b: INTEGER }) }),
      'TYPE_CHANGED #/properties/a/properties/b/type',
    ],
    [
      'items',
      { type: 'array', items: STRING },
      { type: 'array', items: INTEGER },
      'TYPE_CHANGED #/items/type',
    ],
    [
      'different items only',
      { type: 'array', uniqueItems: true },
      { type: 'array' },
      'UNIQUE_ITEMS_ADDED #',
    ],
    [
      'more excluded',
      { not: { enum: ['a', 'b'] } },
      { not: { enum: ['a'] } },
      'NOT_TYPE_EXTENDED #/not',
    ],
    [
      'one more condition',
      { allOf: [INTEGER, { type: 'integer', minimum: 3 }] },
      INTEGER,
      'MINIMUM_ADDED #',
    ],
  ])('%s', (_name, reader, writer, expected) => {
    expect(problems(reader, writer)).toEqual([expected]);
  });

  test('a schema with alternatives within alternatives without end is refused, not tried', () => {
    let inner: object = { type: 'string', minLength: 1 };
    let other: object = { type: 'string', minLength: 0 };
    for (let depth = 0; depth < 25; depth++) {
      inner = {
        anyOf: [closed({ a: inner }), closed({ b: inner }), closed({ a: inner, b: inner })],
      };
      other = {
        anyOf: [closed({ a: other }), closed({ b: other }), closed({ a: other, b: other })],
      };
      if (JSON.stringify(other).length > 100_000) break;
    }
    expect(() => problems(inner, other)).toThrow('too many alternatives');
  });
});

const parse = (schema: unknown, documents: Record<string, object> = {}) =>
  parseJsonSchema(
    JSON.stringify(schema),
    new Map(Object.entries(documents).map(([name, body]) => [name, JSON.stringify(body)])),
  );

describe('parsing', () => {
  test('finds what is referred to in itself, in other documents, by pointer and by anchor', () => {
    const schema = open({
      a: { $ref: '#/definitions/x~1y' },
      b: { $ref: 'other.json' },
      c: { $ref: 'other.json#/definitions/z' },
      d: { $ref: '#here' },
      e: { $ref: 'http://example.com/by-id.json' },
    });
    const definitions = { 'x/y': STRING, h: { $anchor: 'here', type: 'null' } };
    const documents = {
      'other.json': { definitions: { z: INTEGER } },
      named: { $id: 'http://example.com/by-id.json' },
    };
    expect(() => parse({ ...schema, definitions }, documents)).not.toThrow();
    expect(() => parse({ ...schema, definitions })).toThrow(
      'nothing is found at $ref "other.json"',
    );
  });

  test.each<[unknown, string]>([
    ['text', 'a schema is an object'],
    [{ type: 'record' }, '"record" is no type'],
    [{ properties: [] }, 'properties is [], expected an object of schemas'],
    [{ properties: { a: 1 } }, 'at #/properties/a: found 1, expected a schema'],
    [{ required: 'a' }, 'required is "a"'],
    [{ minLength: -1 }, 'minLength is -1'],
    [{ anyOf: {} }, 'anyOf is {}'],
    [{ $ref: '#/definitions/none' }, 'nothing is found at $ref'],
    [
      { definitions: { a: { $ref: '#/definitions/a' } }, $ref: '#/definitions/a' },
      'nothing is found',
    ],
  ])('refuses %j', (schema, message) => {
    expect(() => parse(schema)).toThrow(message);
  });
});
