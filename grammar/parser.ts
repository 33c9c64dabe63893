import type { ExpressionNode, StatementNode, TypeNode } from './ast.ts';
import { diagnose } from './diagnose.ts';
import { SqlSyntaxError } from './errors.ts';
import { SqlGrammar } from './sql-grammar.ts';
import type { StartRules } from './sql-grammar.ts';
import { symbols, tokenize } from './tokens.ts';
import type { Token } from './tokens.ts';

/** A statement and how it was written. */
export interface ParsedStatement {
  readonly statement: StatementNode;
  /** From its first word to its `;`. */
  readonly text: string;
}

/**
 * Parses the statements of a text in order; none when there are only blanks and comments.
 * @throws SqlSyntaxError for the first place that makes no sense; then no statement is returned.
 */
export function parseStatements(text: string): ParsedStatement[] {
  return splitTokens(tokenize(text)).map((tokens) => {
    const statement = parseFrom('statement', tokens, text);
    return { statement, text: sourceOf(tokens, text) };
  });
}

/**
 * Parses a text that holds exactly one statement.
 * @throws SqlSyntaxError also when there is none or more than one.
 */
export function parseStatement(text: string): ParsedStatement {
  const [parsed, second] = parseStatements(text);
  if (parsed === undefined) {
    throw new SqlSyntaxError({
      reason: 'The text has no statement: one is expected',
      sourceText: text,
      position: text.length,
      found: 'end of text',
      expected: ['a statement'],
    });
  }
  if (second !== undefined) {
    throw new SqlSyntaxError({
      reason: 'The text has more than one statement: only one is expected',
      sourceText: text,
      position: second.statement.location.start,
      found: second.text.split(/\s/, 1)[0] ?? '',
      expected: ['end of text'],
    });
  }
  return parsed;
}

/**
 * Parses a text that is one expression.
 * @throws SqlSyntaxError
 */
export function parseExpression(text: string): ExpressionNode {
  return parseFrom('expression', tokenize(text), text);
}

/**
 * Parses a text that is one type, such as `ARRAY<STRUCT<a INT>>`.
 * @throws SqlSyntaxError
 */
export function parseType(text: string): TypeNode {
  return parseFrom('type', tokenize(text), text);
}

let grammar: SqlGrammar | undefined;

function parseFrom<Start extends keyof StartRules>(
  start: Start,
  tokens: readonly Token[],
  text: string,
): StartRules[Start] {
  grammar ??= new SqlGrammar();
  const result = grammar.parse(start, tokens, text);
  if ('tokenIndex' in result) throw diagnose(grammar, start, tokens, text, result.tokenIndex);
  return result;
}

/** Each with its `;`, which only the last may lack. */
function splitTokens(tokens: readonly Token[]): Token[][] {
  const statements: Token[][] = [];
  let current: Token[] = [];
  for (const token of tokens) {
    if (current.length === 0) statements.push(current);
    current.push(token);
    if (token.tokenType === symbols.Semicolon) current = [];
  }
  return statements;
}

function sourceOf(tokens: readonly Token[], text: string): string {
  const last = tokens.at(-1);
  return text.slice(tokens[0]?.startOffset, last === undefined ? undefined : last.endOffset + 1);
}
