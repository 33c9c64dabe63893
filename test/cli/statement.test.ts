import { describe, expect, test } from 'vitest';
import { classifyStatement } from '../../cli/statement.ts';

describe('queries', () => {
  test('are told from other statements whatever their case and leading comments', () => {
    expect(classifyStatement('SELECT * FROM t;')).toEqual({ kind: 'select', endless: false });
    expect(classifyStatement('-- all of it;\n/* really */ select 1;').kind).toBe('select');
    expect(classifyStatement("PRINT 'topic';")).toEqual({ kind: 'print' });
    expect(classifyStatement('EXPLAIN SELECT * FROM t;')).toEqual({ kind: 'other' });
    expect(classifyStatement('CREATE TABLE x AS SELECT 1;')).toEqual({ kind: 'other' });
  });

  test('are endless with EMIT CHANGES, but not when a string says so', () => {
    const endless = { kind: 'select', endless: true };
    expect(classifyStatement('SELECT * FROM t EMIT /* */ changes LIMIT 1;')).toEqual(endless);
    expect(classifyStatement("SELECT 'EMIT CHANGES' FROM t;")).toEqual({
      kind: 'select',
      endless: false,
    });
  });
});

describe('SET and UNSET', () => {
  test('are read with doubled quotes and comments', () => {
    expect(classifyStatement("set 'a' = 'it''s; -- so' ; -- done")).toEqual({
      kind: 'set',
      property: 'a',
      value: "it's; -- so",
    });
    expect(classifyStatement("UNSET 'a';")).toEqual({ kind: 'unset', property: 'a' });
  });

  test('say what they expect when they are written otherwise', () => {
    expect(classifyStatement('SET a = 1;')).toEqual({
      kind: 'malformed',
      message: "Expected SET 'property' = 'value'; found SET a = 1",
    });
    expect(classifyStatement('UNSET;')).toEqual({
      kind: 'malformed',
      message: "Expected UNSET 'property'; found UNSET",
    });
  });
});

describe('DEFINE and UNDEFINE', () => {
  test('are read with names in any case', () => {
    expect(classifyStatement("define Topic = 'it''s';")).toEqual({
      kind: 'define',
      variable: 'topic',
      value: "it's",
    });
    expect(classifyStatement('UNDEFINE TOPIC;')).toEqual({ kind: 'undefine', variable: 'topic' });
  });

  test('say what they expect when they are written otherwise', () => {
    expect(classifyStatement('DEFINE a = 1;')).toEqual({
      kind: 'malformed',
      message: "Expected DEFINE name = 'value'; found DEFINE a = 1",
    });
    expect(classifyStatement("UNDEFINE 'a';")).toEqual({
      kind: 'malformed',
      message: "Expected UNDEFINE name; found UNDEFINE 'a'",
    });
  });
});

test('blanks, comments and semicolons alone are no statement', () => {
  expect(classifyStatement(' -- nothing\n ; ;')).toEqual({ kind: 'empty' });
  expect(classifyStatement('')).toEqual({ kind: 'empty' });
});

test('an unclosed quote is left to the server', () => {
  expect(classifyStatement("INSERT INTO t VALUES ('a")).toEqual({ kind: 'other' });
});
