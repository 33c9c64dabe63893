import { describe, expect, test } from 'vitest';
import { SqlSyntaxError } from '../../grammar/errors.ts';
import { parseExpression, parseStatements, parseType } from '../../grammar/parser.ts';

function errorOf(sql: string, parse: (text: string) => unknown = parseStatements): SqlSyntaxError {
  try {
    parse(sql);
  } catch (error) {
    if (error instanceof SqlSyntaxError) return error;
    throw error;
  }
  throw new Error(`parsed: ${sql}`);
}

test('an error has everything a client needs', () => {
  const error = errorOf('SHOW STREAMS;\nSELECT *\n  FORM clicks;');
  expect(error.message).toBe(
    "line 3:3: Syntax Error\nSyntax error at or near 'FORM': expected FROM or ','. " +
      "Did you mean 'FROM' instead of 'FORM'?\n  FORM clicks;\n  ^",
  );
  expect(error).toMatchObject({ line: 3, column: 3, found: 'FORM', expected: ['FROM', "','"] });
});

describe('the reason', () => {
  test.each([
    ['CRATE STREAM s;', 1, "Unknown statement 'CRATE'. Did you mean 'CREATE'?"],
    ['slect 1;', 1, "Unknown statement 'slect'. Did you mean 'SELECT'?"],
    [
      'SELECT a FORM clicks;',
      15,
      "Syntax error at or near 'clicks': expected FROM or ','. Did you mean 'FROM' instead of 'FORM'?",
    ],
    [
      'SELECT size FROM s;',
      8,
      "Syntax error at or near 'size': SIZE is a reserved word and cannot be a name as it is; to use it as one, quote it: `SIZE`",
    ],
    [
      'CREATE TABLE Table (a INT);',
      14,
      "Syntax error at or near 'Table': TABLE is a reserved word and cannot be a name as it is; to use it as one, quote it: `TABLE`",
    ],
    ['SELECT a, FROM s;', 11, "Syntax error at or near 'FROM': expected an expression or '*'"],
    [
      'SELECT * FROM s',
      16,
      "Syntax error at or near end of text: the statement has to end with ';'",
    ],
    [
      'SELECT * FROM s; SHOW STREAMS',
      30,
      "Syntax error at or near end of text: the statement has to end with ';'",
    ],
    ['SELECT a +', 11, 'Syntax error at or near end of text: expected an expression'],
    ["SELECT 'abc FROM s;", 8, "The string that starts here has no closing quote (')"],
    ['SELECT `a FROM s;', 8, 'The quoted name that starts here has no closing quote (`)'],
    ['SHOW STREAMS; /* a; b', 15, 'The comment that starts here has no closing */'],
    ['SELECT (a FROM s;', 11, "Syntax error at or near 'FROM': expected an operator or ')'"],
    [
      'CREATE VIEW v;',
      8,
      "Syntax error at or near 'VIEW': expected OR, SOURCE, STREAM, TABLE or TYPE",
    ],
    [
      'SHOW;',
      5,
      "Syntax error at or near ';': expected ALL, CONNECTOR, CONNECTORS, FUNCTIONS, PROPERTIES, QUERIES, SINK, SOURCE, STREAMS, TABLES, TOPICS, TYPES or VARIABLES",
    ],
    ['DROP STREAM a b;', 15, "Syntax error at or near 'b': expected DELETE or ';'"],
    ['SELECT f(a, ) FROM s;', 13, "Syntax error at or near ')': expected an expression"],
    [
      'SET "a" = 1;',
      5,
      "Syntax error at or near '\"a\"': expected a string. Text takes single quotes ('...'), double quotes are for names",
    ],
    ['SET a = 1;', 5, "Syntax error at or near 'a': expected a string"],
    [';', 1, "Syntax error at or near ';': expected a statement"],
    ['EXPLAIN;', 8, "Syntax error at or near ';': expected a statement or a name"],
    ['SELECT ${x} FROM s;', 8, 'The variable ${x} has no value here: define it first'],
  ])('of %s is at %i: %s', (sql, column, reason) => {
    const error = errorOf(sql);
    expect(error.reason).toBe(reason);
    expect(error.column).toBe(column);
  });

  test('of an unknown statement lists what there is', () => {
    expect(errorOf('foo;').reason).toBe(
      "Unknown statement 'foo': expected ALTER, ASSERT, CREATE, DEFINE, DESCRIBE, DROP, EXPLAIN, INSERT, LIST, " +
        'PAUSE, PRINT, RESUME, SELECT, SET, SHOW, TERMINATE, UNDEFINE or UNSET',
    );
  });

  test('of a lone expression or type does not ask for a semicolon', () => {
    expect(errorOf('', parseExpression).reason).toBe(
      'Syntax error at or near end of text: expected an expression',
    );
    expect(errorOf('a b', parseExpression).reason).toBe(
      "Syntax error at or near 'b': expected an operator",
    );
    expect(errorOf('array<int', parseType).reason).toBe(
      "Syntax error at or near end of text: expected ARRAY, '>' or '('",
    );
  });

  test('of a long statement without its end still asks for the semicolon', () => {
    const list = Array.from({ length: 1000 }, (_, index) => `c${index}`).join(', ');
    expect(errorOf(`SELECT ${list} FROM s`).reason).toBe(
      "Syntax error at or near end of text: the statement has to end with ';'",
    );
    expect(errorOf(`SELECT ${list}, end FROM s;`).reason).toContain('END is a reserved word');
  });
});
