import { expect, test } from 'vitest';
import { checkBodyType, negotiate } from '../../server/media-types.ts';

const V1 = 'application/vnd.ksql.v1+json';
const D = 'application/vnd.ksqlapi.delimited.v1';
const J = 'application/json';

test.each([
  [undefined, D],
  ['', D],
  ['*/*', D],
  ['application/*', D],
  ['application/json', J],
  ['Application/JSON; charset=utf-8', J],
  ['application/json, text/plain, */*', J],
  ['text/plain, application/vnd.ksql.v1+json', V1],
  [`${J};q=0.5, ${V1};q=0.9`, V1],
  [`${J};q=0.5;x=y, */*;q=0.1`, J],
  [`${D};q=0, ${J}`, J],
])('Accept %s gets %s', (accept, expected) => {
  expect(negotiate(accept, [D, J, V1])).toBe(expected);
});

test.each(['text/html', 'application/vnd.ksql.v1+protobuf', `${J};q=0`])(
  'Accept %s is refused',
  (accept) => {
    expect(() => negotiate(accept, [D, J, V1])).toThrow(
      `Accept: none of the types asked for is offered here. This endpoint answers ${D}, ${J}, ${V1}.`,
    );
  },
);

test.each([J, V1, D, 'application/problem+json', 'application/json\t;x', 'APPLICATION/JSON'])(
  'a body of %s is read, from a browser too',
  (type) => {
    expect(() => checkBodyType(type, true)).not.toThrow();
  },
);

test.each([undefined, 'text/plain;charset=UTF-8', 'application/x-www-form-urlencoded'])(
  'a body of %s is read, but not from a browser',
  (type) => {
    expect(() => checkBodyType(type, false)).not.toThrow();
    expect(() => checkBodyType(type, true)).toThrow(/^Content-Type: found .*, expected /);
  },
);

test.each(['application/xml', 'application/jsonx', 'text/html', 'json'])(
  'a body of %s is refused',
  (type) => {
    expect(() => checkBodyType(type, false)).toThrow(`Content-Type: found ${type}, expected ${J}`);
  },
);
