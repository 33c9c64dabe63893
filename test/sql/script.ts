import { splitStatements } from '../../grammar/split.ts';

/** A test of a script: what stands between one `--@test: name` and the next. */
export interface Section {
  readonly name: string;
  /** Line of its `--@test` in the file, from 1. */
  readonly line: number;
  readonly steps: readonly Step[];
}

/** A statement and the directives in front of it. */
export interface Step {
  readonly directives: readonly Directive[];
  /** From its first word to its `;`. */
  readonly sql: string;
  /** Line of its first word in the file, from 1. */
  readonly line: number;
}

/**
 * What is said to the runner in a comment line `--@name` or `--@name: argument`:
 *
 * | name | argument | meaning |
 * |---|---|---|
 * | expect.error | text | the statement fails with a user error whose message contains the text |
 * | rows | JSON rows | the SELECT gives exactly these rows, in this order |
 * | rows.unordered | JSON rows | ... in any order |
 * | clock | milliseconds | the wall clock stands there from now on |
 * | restart | | the database is closed and opened again first |
 */
export interface Directive {
  readonly name: DirectiveName;
  readonly argument: string;
}

const DIRECTIVES = ['expect.error', 'rows', 'rows.unordered', 'clock', 'restart'] as const;
export type DirectiveName = (typeof DIRECTIVES)[number];

const TEST_LINE = /^--@test:\s*(\S.*?)\s*$/;

/**
 * Cuts a script into its tests.
 * @throws Error naming the line of what makes no sense.
 */
export function parseScript(text: string): Section[] {
  const lines = text.split('\n');
  const starts = lines.flatMap((line, index) => (TEST_LINE.test(line) ? [index] : []));
  const preamble = lines.slice(0, starts[0] ?? lines.length).join('\n');
  const { statements, rest } = splitStatements(preamble);
  if (statements.length > 0 || rest !== '' || starts.length === 0) {
    throw new Error('line 1: a script begins with a line "--@test: name"');
  }
  const sections = starts.map((start, index): Section => {
    const name = TEST_LINE.exec(lines[start] as string)?.[1] ?? '';
    const body = lines.slice(start + 1, starts[index + 1]).join('\n');
    return { name, line: start + 1, steps: parseSteps(body, start + 2) };
  });
  const names = sections.map(({ name }) => name);
  const twice = sections.find(({ name }, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`line ${twice.line}: a second test "${twice.name}"`);
  return sections;
}

function parseSteps(body: string, firstLine: number): Step[] {
  const { statements, rest } = splitStatements(body);
  if (rest !== '') throw new Error(`line ${firstLine}: a statement without its ";": ${rest}`);
  let at = 0;
  return statements.map((statement) => {
    const start = body.indexOf(statement, at);
    at = start + statement.length;
    return parseStep(statement, firstLine + newlines(body.slice(0, start)));
  });
}

function parseStep(statement: string, firstLine: number): Step {
  const directives: Directive[] = [];
  const lines = statement.split('\n');
  let line = 0;
  for (; /^\s*(?:--.*)?$/.test(lines[line] ?? ';'); line++) {
    const text = (lines[line] as string).trim();
    if (text.startsWith('--@')) directives.push(parseDirective(text, firstLine + line));
  }
  return { directives, sql: lines.slice(line).join('\n').trim(), line: firstLine + line };
}

function parseDirective(text: string, line: number): Directive {
  const [, name, argument = ''] = /^--@([\w.]+)(?::\s*(.*))?$/.exec(text) ?? [];
  const known = DIRECTIVES.find((directive) => directive === name);
  if (known === undefined) throw new Error(`line ${line}: unknown directive ${text}`);
  return { name: known, argument: argument.trim() };
}

function newlines(text: string): number {
  return text.split('\n').length - 1;
}

/** The rows of a JSON array of rows, each as compact text: digits are kept as they are written. */
export function rowTexts(json: string): string[] {
  const rows: string[] = [];
  let depth = 0;
  let row = '';
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]|,|[^\s"[\]{},]+/g)) {
    if (token === ']' || token === '}') depth--;
    if (depth > 0 && !(depth === 1 && token === ',' && row === '')) row += token;
    if (token === '[' || token === '{') depth++;
    if (depth === 1 && (token === ']' || token === '}')) {
      rows.push(row);
      row = '';
    }
  }
  if (depth !== 0 || row !== '' || !json.trim().startsWith('[')) {
    throw new Error(`expected a JSON array of rows, found ${json}`);
  }
  return rows;
}
