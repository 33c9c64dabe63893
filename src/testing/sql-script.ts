import { splitStatements } from '../../grammar/split.ts';

/** One test of a SQL test file: the statements between one `--@test: name` and the next. */
export interface SqlTest {
  readonly name: string;
  /** Line of its `--@test` in the file, from 1. */
  readonly line: number;
  readonly steps: readonly SqlStep[];
  /** Whether a statement has to be refused; the test ends with it. */
  readonly expectsError: boolean;
  /** What the message of that error must contain; null for any. */
  readonly expectedMessage: string | null;
}

/** A statement with its `;`, and the line of its first word, from 1. */
export interface SqlStep {
  readonly sql: string;
  readonly line: number;
}

/** A test file that is not what its format says; the message names the line. */
export class SqlScriptError extends Error {
  override readonly name = 'SqlScriptError';
}

const DIRECTIVE = /^\s*--@([\w.]+)\s*:?\s*(.*?)\s*$/;

/**
 * The tests of a file, in order. Directives are lines of their own: `--@test: name`, `--@expected.error: class` and
 * `--@expected.message: text`, which may follow in any order.
 * @throws SqlScriptError for statements before the first test, unknown directives and statements without `;`.
 */
export function parseSqlTests(text: string): SqlTest[] {
  const lines = text.split('\n');
  const starts = lines.flatMap((line, index) =>
    directiveOf(line)?.name === 'test' ? [index] : [],
  );
  if (stepsOf(lines.slice(0, starts[0] ?? lines.length).join('\n'), 1).length > 0) {
    throw new SqlScriptError('line 1: a test file begins with a line "--@test: name"');
  }
  return starts.map((start, index) => parseTest(lines, start, starts[index + 1] ?? lines.length));
}

function parseTest(lines: readonly string[], start: number, end: number): SqlTest {
  const name = directiveOf(lines[start] as string)?.argument ?? '';
  if (name === '') throw new SqlScriptError(`line ${start + 1}: a test needs a name`);
  let expectsError = false;
  let expectedMessage: string | null = null;
  const body = lines.slice(start + 1, end);
  for (const [index, line] of body.entries()) {
    const directive = directiveOf(line);
    if (directive === null) continue;
    switch (directive.name) {
      case 'expected.error':
        expectsError = true;
        break;
      case 'expected.message':
        expectsError = true;
        expectedMessage = directive.argument;
        break;
      default:
        throw new SqlScriptError(
          `line ${start + 2 + index}: unknown directive --@${directive.name}; there are test, expected.error and expected.message`,
        );
    }
  }
  const steps = stepsOf(body.join('\n'), start + 2);
  return { name, line: start + 1, steps, expectsError, expectedMessage };
}

function directiveOf(line: string): { name: string; argument: string } | null {
  const [, name, argument = ''] = DIRECTIVE.exec(line) ?? [];
  return name === undefined ? null : { name: name.toLowerCase(), argument };
}

/**
 * The statements of a text, each with the line of its first word.
 * @param firstLine line of the text's first line in its file.
 * @throws SqlScriptError for a statement without `;`.
 */
export function stepsOf(text: string, firstLine: number): SqlStep[] {
  const { statements, rest } = splitStatements(text);
  if (rest.trim() !== '') {
    throw new SqlScriptError(`line ${firstLine}: a statement without its ";": ${rest.trim()}`);
  }
  let at = 0;
  return statements.map((statement) => {
    const start = text.indexOf(statement, at);
    at = start + statement.length;
    const lines = statement.split('\n');
    const comments = lines.findIndex((line) => !/^\s*(?:--.*)?$/.test(line));
    return {
      sql: lines.slice(comments).join('\n').trim(),
      line: firstLine + text.slice(0, start).split('\n').length - 1 + comments,
    };
  });
}
