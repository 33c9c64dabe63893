import { describe, expect, test } from 'vitest';
import { SqlSyntaxError } from '../../grammar/errors.ts';
import { parseExpression, parseStatements, parseType } from '../../grammar/parser.ts';

describe('nesting', () => {
  const nested: [string, (depth: number) => unknown][] = [
    ['parentheses', (depth) => parseExpression('('.repeat(depth) + 'a' + ')'.repeat(depth))],
    ['brackets', (depth) => parseExpression('a['.repeat(depth) + '1' + ']'.repeat(depth))],
    ['calls', (depth) => parseExpression('f('.repeat(depth) + '1' + ')'.repeat(depth))],
    [
      'CASE',
      (depth) => parseExpression('case when '.repeat(depth) + 'a' + ' then 1 end'.repeat(depth)),
    ],
    ['NOT', (depth) => parseExpression('not '.repeat(depth) + 'a')],
    ['signs', (depth) => parseExpression('- '.repeat(depth) + 'a')],
    ['types', (depth) => parseType('array<'.repeat(depth) + 'int' + '>'.repeat(depth))],
    ['array suffixes', (depth) => parseType('int' + ' array'.repeat(depth))],
    ['EXPLAIN', (depth) => parseStatements('explain '.repeat(depth) + 'show streams;')],
  ];

  test.each(nested)('of 100 %s is parsed', (_, parse) => {
    expect(() => parse(100)).not.toThrow();
  });

  test.each(nested)('of 102 %s is refused', (_, parse) => {
    expect(() => parse(102)).toThrow('nested deeper than 100');
  });

  test.each(nested)('of 9,000 %s is refused without using up the stack', (_, parse) => {
    expect(() => parse(9_000)).toThrow('nested deeper than 100');
  });

  test('is refused at the parenthesis that is one too many', () => {
    const error = syntaxErrorOf(`SELECT ${'('.repeat(200)}`);
    expect(error.column).toBe(8 + 101);
  });

  test('of one kind within another leaves room for the caller on the stack', () => {
    const text = 'f(a[case when '.repeat(33) + '1' + ' then 1 end])'.repeat(33);
    const parseDeepDown = (depth: number): void => {
      if (depth === 0) parseExpression(text);
      else parseDeepDown(depth - 1);
    };
    expect(() => parseDeepDown(1000)).not.toThrow();
  });
});

describe('size', () => {
  test('of 1 MiB is parsed', () => {
    expect(parseStatements(`SHOW STREAMS;${' '.repeat(1024 * 1024 - 13)}`)).toHaveLength(1);
  });

  test('of more than 1 MiB is refused with the limit', () => {
    expect(() => parseStatements(' '.repeat(1024 * 1024 + 1))).toThrow(
      'The text is 1048577 characters long, the limit is 1048576',
    );
  });

  test('of 50,000 tokens is parsed, more are refused', () => {
    expect(() => parseExpression(`NOT ${terms(25_000)}`)).not.toThrow();
    expect(() => parseExpression(`NOT NOT ${terms(25_000)}`)).toThrow(
      'The statement is too large: the text has more than 50000 words and symbols',
    );
    expect(() => parseExpression(terms(100_000))).toThrow('The statement is too large');
  });
});

describe('characters', () => {
  test.each([
    ['U+0000', '\0'],
    ['U+202E', '\u202E'],
    ['U+2066', '\u2066'],
    ['U+200F', '\u200F'],
    ['U+D800', '\uD800'],
    ['U+DFFF', '\uDFFF'],
  ])('%s is refused by its code point and not repeated', (codePoint, character) => {
    for (const sql of [`SELECT ${character}`, `SELECT '${character}'`, `-- ${character}`]) {
      const error = syntaxErrorOf(sql);
      expect(error.message).toContain(`The character ${codePoint} is not allowed in SQL text`);
      expect(error.message).not.toContain(character);
      expect(error.position).toBe(sql.indexOf(character));
    }
  });

  test('beyond the basic plane are fine in quotes', () => {
    expect(parseExpression("'😀'")).toMatchObject({ value: '😀' });
  });

  test('outside quotes that mean nothing are named', () => {
    expect(syntaxErrorOf('SELECT a # b;').reason).toBe(
      "Syntax error at or near '#' (U+0023): this character has no meaning outside quotes",
    );
  });

  test('a leading byte order mark is ignored', () => {
    const [parsed] = parseStatements('\uFEFFSHOW STREAMS;');
    expect(parsed?.text).toBe('SHOW STREAMS;');
    expect(parsed?.statement.location).toEqual({ line: 1, column: 1, start: 1, end: 13 });
  });
});

function terms(count: number): string {
  return Array.from({ length: count }, () => 'a').join(' OR ');
}

function syntaxErrorOf(sql: string): SqlSyntaxError {
  try {
    parseStatements(sql);
  } catch (error) {
    if (error instanceof SqlSyntaxError) return error;
    throw error;
  }
  throw new Error(`parsed: ${sql}`);
}
