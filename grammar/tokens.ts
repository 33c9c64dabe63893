import { createToken, EOF, Lexer } from 'chevrotain';
import type { IToken, TokenType } from 'chevrotain';
import { SqlSyntaxError } from './errors.ts';
import { checkText, TOKEN_COUNT_MAX } from './limits.ts';
import { isReserved, RESERVED_WORDS, UNRESERVED_WORDS } from './names.ts';
import type { Keyword } from './names.ts';
import { Scanner } from './scan.ts';

/** A token as the parser sees it; `image` is the text as written. */
export interface Token extends IToken {
  readonly startLine: number;
  readonly startColumn: number;
  /** Index of the last UTF-16 unit. */
  readonly endOffset: number;
  /** What a name or a string means: unquoted, names without quotes upper-cased; otherwise the text as written. */
  readonly payload: string;
}

function category(name: string, label: string): TokenType {
  return createToken({ name, label, pattern: Lexer.NA });
}

/** Groups of token types that can stand in the same place. */
export const categories = {
  /** Everything that is a name here: words that are not reserved, and quoted names. */
  Name: category('Name', 'a name'),
  Number: category('Number', 'a number'),
  Sign: category('Sign', 'a sign'),
  Arithmetic: category('Arithmetic', 'an operator'),
  Comparison: category('Comparison', 'a comparison'),
  Logical: category('Logical', 'AND or OR'),
  TimeUnit: category('TimeUnit', 'a unit of time'),
  /** The units that are reserved words and so can stand as a function argument of their own. */
  ReservedTimeUnit: category('ReservedTimeUnit', 'a unit of time'),
} as const;

const { Name, Sign, Arithmetic, Comparison, Logical, TimeUnit, ReservedTimeUnit } = categories;

const keywordCategories: Partial<Record<Keyword, TokenType[]>> = {
  AND: [Logical],
  OR: [Logical],
  DAY: [TimeUnit],
  HOUR: [TimeUnit],
  MINUTE: [TimeUnit],
  SECOND: [TimeUnit],
  DAYS: [TimeUnit, ReservedTimeUnit],
  HOURS: [TimeUnit, ReservedTimeUnit],
  MINUTES: [TimeUnit, ReservedTimeUnit],
  SECONDS: [TimeUnit, ReservedTimeUnit],
  MILLISECOND: [TimeUnit, ReservedTimeUnit],
  MILLISECONDS: [TimeUnit, ReservedTimeUnit],
};

function keywordToken(word: Keyword): TokenType {
  const own = keywordCategories[word] ?? [];
  const all = isReserved(word) ? own : [...own, Name];
  return createToken({ name: word, label: word, pattern: Lexer.NA, categories: all });
}

const words: readonly Keyword[] = [...UNRESERVED_WORDS, ...RESERVED_WORDS];

/** The token type of each word of the dialect. */
export const keywords = Object.fromEntries(
  words.map((word) => [word, keywordToken(word)]),
) as Readonly<Record<Keyword, TokenType>>;

function symbol(name: string, text: string, own: TokenType[] = []): TokenType {
  return createToken({ name, label: `'${text}'`, pattern: Lexer.NA, categories: own });
}

/** Operators and punctuation. */
export const symbols = {
  Equal: symbol('Equal', '=', [Comparison]),
  NotEqual: symbol('NotEqual', '<>', [Comparison]),
  Less: symbol('Less', '<', [Comparison]),
  LessOrEqual: symbol('LessOrEqual', '<=', [Comparison]),
  Greater: symbol('Greater', '>', [Comparison]),
  GreaterOrEqual: symbol('GreaterOrEqual', '>=', [Comparison]),
  Plus: symbol('Plus', '+', [Sign, Arithmetic]),
  Minus: symbol('Minus', '-', [Sign, Arithmetic]),
  Star: symbol('Star', '*', [Arithmetic]),
  Slash: symbol('Slash', '/', [Arithmetic]),
  Percent: symbol('Percent', '%', [Arithmetic]),
  Concat: symbol('Concat', '||', [Arithmetic]),
  Assign: symbol('Assign', ':='),
  Arrow: symbol('Arrow', '->'),
  LambdaArrow: symbol('LambdaArrow', '=>'),
  LeftBracket: symbol('LeftBracket', '['),
  RightBracket: symbol('RightBracket', ']'),
  LeftParenthesis: symbol('LeftParenthesis', '('),
  RightParenthesis: symbol('RightParenthesis', ')'),
  Comma: symbol('Comma', ','),
  Dot: symbol('Dot', '.'),
  Semicolon: symbol('Semicolon', ';'),
} as const;

const symbolTypes: ReadonlyMap<string, TokenType> = new Map([
  ['!=', symbols.NotEqual],
  ...Object.values(symbols).map((type) => [type.LABEL?.slice(1, -1) ?? '', type] as const),
]);

function value(name: string, label: string, own: TokenType[] = []): TokenType {
  return createToken({ name, label, pattern: Lexer.NA, categories: own });
}

/** Tokens whose text the user chooses. */
export const values = {
  /** A name that is no word of the dialect. */
  Word: value('Word', 'a name', [Name]),
  QuotedName: value('QuotedName', 'a name', [Name]),
  Integer: value('Integer', 'a whole number', [categories.Number]),
  Decimal: value('Decimal', 'a number', [categories.Number]),
  Double: value('Double', 'a number', [categories.Number]),
  String: value('String', 'a string'),
  /** What the parser sees behind the last token. */
  EndOfText: EOF,
} as const;

/** All token types, those of single tokens and those of groups. */
export const vocabulary: TokenType[] = [
  ...Object.values(categories),
  ...Object.values(symbols),
  ...Object.values(values),
  ...Object.values(keywords),
];

const keywordTypes: ReadonlyMap<string, TokenType> = new Map(Object.entries(keywords));

/**
 * Cuts a text into tokens, without blanks and comments.
 * @throws SqlSyntaxError for unclosed quotes and comments, stray characters and texts over a limit.
 */
export function tokenize(text: string): Token[] {
  checkText(text);
  const scanner = new Scanner(text);
  const tokens: Token[] = [];
  const place = { line: 1, lineStart: scanner.end };
  while (scanner.next()) {
    if (scanner.kind === 'space' || scanner.kind === 'comment') {
      countLines(scanner, place);
      continue;
    }
    if (tokens.length === TOKEN_COUNT_MAX) throw tooManyTokens(scanner);
    const image = text.slice(scanner.start, scanner.end);
    const { type, meaning } = classify(scanner, image);
    if (type === values.String && isDecimalText(tokens.at(-1), meaning)) {
      tokens.push(decimalOf(tokens.pop() as Token, meaning, scanner.end - 1));
      countLines(scanner, place);
      continue;
    }
    tokens.push({
      image,
      startOffset: scanner.start,
      endOffset: scanner.end - 1,
      startLine: place.line,
      startColumn: scanner.start - place.lineStart + 1,
      tokenTypeIdx: type.tokenTypeIdx ?? 0,
      tokenType: type,
      payload: meaning,
    });
    if (type === values.String || type === values.QuotedName) countLines(scanner, place);
  }
  return tokens;
}

/** Whether a quoted name and the string behind it are one literal: `DECIMAL` '12.30'. */
function isDecimalText(before: Token | undefined, text: string): boolean {
  const isType = before?.tokenType === values.QuotedName && before.payload === 'DECIMAL';
  return isType && /^(?:\d+(?:\.\d*)?|\.\d+)$/.test(text);
}

/** The number that both say, in the place of the name. */
function decimalOf(name: Token, text: string, endOffset: number): Token {
  const type = values.Decimal;
  return {
    ...name,
    image: text,
    endOffset,
    tokenTypeIdx: type.tokenTypeIdx ?? 0,
    tokenType: type,
    payload: text,
  };
}

function countLines(scanner: Scanner, place: { line: number; lineStart: number }): void {
  let lineBreak = scanner.text.indexOf('\n', scanner.start);
  while (lineBreak >= 0 && lineBreak < scanner.end) {
    place.line++;
    place.lineStart = lineBreak + 1;
    lineBreak = scanner.text.indexOf('\n', lineBreak + 1);
  }
}

function classify(scanner: Scanner, image: string): { type: TokenType; meaning: string } {
  switch (scanner.kind) {
    case 'word': {
      const upper = image.toUpperCase();
      return { type: keywordTypes.get(upper) ?? values.Word, meaning: upper };
    }
    case 'digitWord':
      return { type: values.Word, meaning: image.toUpperCase() };
    case 'symbol': {
      const type = symbolTypes.get(image);
      if (type === undefined) throw stray(scanner, image);
      return { type, meaning: image };
    }
    case 'integer':
      return { type: values.Integer, meaning: image };
    case 'decimal':
      return { type: values.Decimal, meaning: image };
    case 'double':
      return { type: values.Double, meaning: image };
    case 'string':
      return { type: values.String, meaning: unquote(image) };
    case 'quotedName':
      if (image.length === 2) {
        throw refusal(scanner, image, 'A name cannot be empty: write one between the quotes');
      }
      return { type: values.QuotedName, meaning: unquote(image) };
    case 'variable':
      throw refusal(scanner, image, `The variable ${image} has no value here: define it first`);
    case 'unclosedString':
      throw unclosed(scanner, "The string that starts here has no closing quote (')");
    case 'unclosedName': {
      const quote = image[0] ?? '';
      throw unclosed(scanner, `The quoted name that starts here has no closing quote (${quote})`);
    }
    case 'unclosedComment':
      throw unclosed(scanner, 'The comment that starts here has no closing */');
    default:
      throw stray(scanner, image);
  }
}

function unquote(image: string): string {
  const quote = image[0] ?? '';
  return image.slice(1, -1).replaceAll(quote + quote, quote);
}

function refusal(scanner: Scanner, found: string, reason: string): SqlSyntaxError {
  return new SqlSyntaxError({ reason, found, sourceText: scanner.text, position: scanner.start });
}

function unclosed(scanner: Scanner, reason: string): SqlSyntaxError {
  return refusal(scanner, 'end of text', reason);
}

function stray(scanner: Scanner, image: string): SqlSyntaxError {
  const code = (image.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return refusal(
    scanner,
    image,
    `Syntax error at or near '${image}' (U+${code}): this character has no meaning outside quotes`,
  );
}

function tooManyTokens(scanner: Scanner): SqlSyntaxError {
  return refusal(
    scanner,
    `more than ${TOKEN_COUNT_MAX} tokens`,
    `The statement is too large: the text has more than ${TOKEN_COUNT_MAX} words and symbols; ` +
      'send its statements in several requests or shorten them',
  );
}
