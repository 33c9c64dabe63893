import { describe, expect, test } from 'vitest';
import { SqlSyntaxError } from '../../grammar/errors.ts';

function errorAt(sourceText: string, position: number): SqlSyntaxError {
  return new SqlSyntaxError({ reason: 'Why.', sourceText, position, found: 'x' });
}

test('the message has the place, the reason and the line with a caret', () => {
  const error = errorAt('SHOW\r\n  nothing;\r\nSHOW', 8);
  expect(error.message).toBe('line 2:3: Syntax Error\nWhy.\n  nothing;\n  ^');
  expect(error).toMatchObject({ name: 'SqlSyntaxError', line: 2, column: 3, expected: [] });
});

describe('the caret', () => {
  test('stands at the end of the text when the text ends too early', () => {
    expect(errorAt('SHOW', 4).caret()).toBe('SHOW\n    ^');
    expect(errorAt('SHOW\n', 5)).toMatchObject({ line: 2, column: 1 });
    expect(errorAt('', 0).caret()).toBe('\n^');
  });

  test('keeps tabs, so that it stands under the place', () => {
    expect(errorAt('\tSHOW\tx', 6).caret()).toBe('\tSHOW\tx\n\t    \t^');
  });

  test('shows only the part of a long line that is around the place', () => {
    const [line, caret] = errorAt(`${'a'.repeat(10_000)}!${'b'.repeat(10_000)}`, 10_000)
      .caret()
      .split('\n');
    expect(line).toBe(`${'a'.repeat(60)}!${'b'.repeat(59)}`);
    expect(caret).toBe(`${' '.repeat(60)}^`);
  });

  test('does not count a byte order mark', () => {
    expect(errorAt('\uFEFFSHOW', 1)).toMatchObject({ line: 1, column: 1 });
  });
});

test('characters a terminal would act on are not repeated', () => {
  const error = new SqlSyntaxError({
    reason: "near '\u001b[2J'",
    sourceText: "'\u001b[2J\u202E\uD800'",
    position: 0,
    found: '\u001b[2J',
  });
  expect(error.message).toBe(
    "line 1:1: Syntax Error\nnear '\uFFFD[2J'\n'\uFFFD[2J\uFFFD\uFFFD'\n^",
  );
  expect(error.found).toBe('\uFFFD[2J');
});
