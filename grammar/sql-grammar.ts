import { EmbeddedActionsParser } from 'chevrotain';
import type { IToken, TokenType } from 'chevrotain';
import type { ExpressionNode, Location, StatementNode, TypeNode } from './ast.ts';
import { defineElements } from './elements.ts';
import { SqlSyntaxError } from './errors.ts';
import { defineExpressions } from './expressions.ts';
import { NESTING_MAX } from './limits.ts';
import { defineQuery } from './query.ts';
import type { Rule, RuleBuilder, SharedRules } from './rules.ts';
import { statements } from './statements/index.ts';
import { categories, keywords, symbols, values, vocabulary } from './tokens.ts';
import type { Token } from './tokens.ts';
import { defineTypes } from './types.ts';

/** Tokens a decision may look at; decisions that need more have a gate of their own. */
const LOOKAHEAD = 2;

/** A place where the tokens stopped making sense. */
export interface Mismatch {
  /** Of the token; one past the last when the text ended too early. */
  readonly tokenIndex: number;
}

/** What can be parsed on its own. */
export interface StartRules {
  /** A statement with its `;`. */
  readonly statement: StatementNode;
  readonly expression: ExpressionNode;
  readonly type: TypeNode;
}

/**
 * The grammar as chevrotain runs it, put together from the rules in their files. One instance serves any number of
 * texts, one at a time; building it takes some 25 ms.
 */
export class SqlGrammar extends EmbeddedActionsParser {
  readonly #starts: { readonly [K in keyof StartRules]: Rule<StartRules[K]> };
  readonly #paths: { expected: TokenType[][][] };
  #sourceText = '';
  #nesting = 0;

  /** @param options.validate checks the grammar for ambiguities first, which takes twice as long. */
  constructor({ validate = false } = {}) {
    const paths: { expected: TokenType[][][] } = { expected: [] };
    super(vocabulary, {
      maxLookahead: LOOKAHEAD,
      skipValidations: !validate,
      errorMessageProvider: {
        buildMismatchTokenMessage: () => '',
        buildNotAllInputParsedMessage: () => '',
        buildEarlyExitMessage: () => '',
        buildNoViableAltMessage: ({ expectedPathsPerAlt }) => {
          paths.expected = expectedPathsPerAlt;
          return '';
        },
      },
    });
    this.#paths = paths;
    this.#starts = this.#define();
    this.performSelfAnalysis();
  }

  /**
   * Parses all the tokens from one of the start rules.
   * @throws SqlSyntaxError for what is grammatical but refused, such as a number out of range.
   */
  parse<Start extends keyof StartRules>(
    start: Start,
    tokens: readonly Token[],
    sourceText: string,
  ): StartRules[Start] | Mismatch {
    // A copy, because chevrotain pads its input.
    this.input = [...tokens];
    this.#sourceText = sourceText;
    this.#nesting = 0;
    const result = this.#starts[start].call(this);
    const [error] = this.errors;
    if (error === undefined) return result;
    const at = tokens.indexOf(error.token as Token);
    if (at < 0) return { tokenIndex: tokens.length };
    const matched = error.name === 'NoViableAltException' ? this.#matchedCount(tokens, at) : 0;
    return { tokenIndex: at + matched };
  }

  since(first: IToken): Location {
    return this.#span(first as Token, this.LA(0) as Token);
  }

  extend(start: Location): Location {
    const { line, column } = start;
    return { line, column, start: start.start, end: (this.LA(0) as Token).endOffset + 1 };
  }

  enter(token: IToken): void {
    this.#nesting++;
    // What the statement itself is in does not count: 100 parentheses around a column are fine.
    if (this.#nesting > NESTING_MAX + 1) {
      this.fail(token, `The statement is nested deeper than ${NESTING_MAX}: simplify it`);
    }
  }

  leave(count = 1): void {
    this.#nesting -= count;
  }

  fail(at: IToken | Location, reason: string): never {
    const position = 'startOffset' in at ? at.startOffset : at.start;
    const end = 'startOffset' in at ? (at.endOffset ?? position) + 1 : at.end;
    const found = this.#sourceText.slice(position, end);
    throw new SqlSyntaxError({ reason, sourceText: this.#sourceText, position, found });
  }

  #define(): { readonly [K in keyof StartRules]: Rule<StartRules[K]> } {
    // The methods are there; chevrotain only declares them for subclasses.
    const $ = this as unknown as RuleBuilder;
    const tokens = { keywords, symbols, values, categories };
    const elements = { ...tokens, ...defineElements($, tokens) };
    const types = { ...elements, ...defineTypes($, elements) };
    const expressions = { ...types, ...defineExpressions($, types) };
    const queries = { ...expressions, ...defineQuery($, expressions) };
    const shared: SharedRules = {
      ...queries,
      // Asked for only when rules run, for statements within statements.
      get statement() {
        return statement;
      },
    };
    const alternatives = statements.map((definition) => {
      const rule = definition.define($, shared);
      const ALT = (): StatementNode => $.SUBRULE(rule);
      const { third } = definition;
      if (third === undefined) return { ALT };
      const GATE = (): boolean => $.LA(3).tokenType === keywords[third];
      return { GATE, ALT, IGNORE_AMBIGUITIES: true };
    });
    const statement: Rule<StatementNode> = $.RULE('statement', () => $.OR(alternatives));
    const terminated = $.RULE('terminatedStatement', (): StatementNode => {
      const node = $.SUBRULE(statement);
      $.CONSUME(symbols.Semicolon);
      return node;
    });
    return { statement: terminated, expression: shared.expression, type: shared.type };
  }

  #span(first: Token, last: Token): Location {
    return {
      line: first.startLine,
      column: first.startColumn,
      start: first.startOffset,
      end: last.endOffset + 1,
    };
  }

  /** How many tokens from `at` agree with the alternative that gets farthest. */
  #matchedCount(tokens: readonly Token[], at: number): number {
    let longest = 0;
    for (const path of this.#paths.expected.flat()) {
      let count = 0;
      while (count < path.length && isOfType(tokens[at + count], path[count])) count++;
      // A whole path would have been viable: its gate was closed, so its first token is to blame.
      if (count < path.length) longest = Math.max(longest, count);
    }
    return longest;
  }
}

function isOfType(token: Token | undefined, type: TokenType | undefined): boolean {
  if (token === undefined || type === undefined) return false;
  return token.tokenType === type || (token.tokenType.CATEGORIES ?? []).includes(type);
}
