import type { TokenType } from 'chevrotain';
import { SqlSyntaxError } from './errors.ts';
import { isReserved } from './names.ts';
import type { SqlGrammar, StartRules } from './sql-grammar.ts';
import { categories, keywords, symbols, values, vocabulary } from './tokens.ts';
import type { Token } from './tokens.ts';

/** How many of the words that fit are named; more would not be read. */
const EXPECTED_COUNT_MAX = 16;
/** Tokens before the mistake up to which every token type is tried; it takes some 50 ms there. */
const PREFIX_LENGTH_MAX = 300;

// prettier-ignore
const EXPRESSION_START: readonly TokenType[] = [
  values.Word, values.String, values.Integer, symbols.LeftParenthesis, keywords.CASE,
];
// prettier-ignore
const EXPRESSION_PARTS: ReadonlySet<TokenType> = new Set([
  values.String, values.Integer, values.Decimal, values.Double, symbols.LeftParenthesis,
  symbols.Plus, symbols.Minus, keywords.CASE, keywords.CAST, keywords.NOT, keywords.TRUE,
  keywords.FALSE, keywords.NULL,
]);
const OPERATOR_SAMPLES: readonly TokenType[] = [symbols.Plus, symbols.Star, symbols.Concat];
// prettier-ignore
const OPERATORS: ReadonlySet<TokenType> = new Set([
  symbols.Equal, symbols.NotEqual, symbols.Less, symbols.LessOrEqual, symbols.Greater,
  symbols.GreaterOrEqual, symbols.Plus, symbols.Minus, symbols.Star, symbols.Slash,
  symbols.Percent, symbols.Concat, symbols.LeftBracket, symbols.Arrow, keywords.AND,
  keywords.OR, keywords.NOT, keywords.IS, keywords.IN, keywords.LIKE, keywords.BETWEEN,
  // After a name these make it a call or a qualifier; nobody misses them.
  symbols.LeftParenthesis, symbols.Dot,
]);
const STATEMENT_STARTS: readonly TokenType[] = [keywords.SELECT, keywords.CREATE, keywords.INSERT];
const TIME_UNITS: readonly TokenType[] = vocabulary.filter((type) =>
  type.CATEGORIES?.includes(categories.TimeUnit),
);

const CANDIDATES: readonly TokenType[] = [
  ...Object.values(keywords),
  ...Object.values(symbols),
  ...Object.values(values).filter((type) => type !== values.EndOfText),
];

type Start = keyof StartRules;

/**
 * The error for tokens that stop making sense at an index. What would have made sense is found by trying: a token fits
 * if the parser gets past it. That costs about as much as parsing the statement a hundred times, and only mistakes pay.
 */
export function diagnose(
  grammar: SqlGrammar,
  start: Start,
  tokens: readonly Token[],
  sourceText: string,
  tokenIndex: number,
): SqlSyntaxError {
  const probe = new Probe(grammar, start, tokens, sourceText, tokenIndex);
  const token = tokens[tokenIndex];
  const fitting = probe.fitting();
  const expected = describeTypes(fitting);
  const found = token?.image ?? 'end of text';
  const error = (reason: string, position = token?.startOffset ?? sourceText.length) =>
    new SqlSyntaxError({ reason, sourceText, position, found, expected });

  if (token === undefined && fitting.includes(symbols.Semicolon)) {
    return error("Syntax error at or near end of text: the statement has to end with ';'");
  }
  if (start === 'statement' && tokenIndex === 0 && token?.tokenType !== symbols.Semicolon) {
    return error(unknownStatement(token, fitting));
  }
  const place =
    token === undefined
      ? 'Syntax error at or near end of text'
      : `Syntax error at or near '${found}'`;
  if (token !== undefined && fitting.includes(values.Word) && probe.nameWouldDo()) {
    return error(
      `${place}: ${token.payload} is a reserved word and cannot be a name as it is; ` +
        `to use it as one, quote it: \`${token.payload}\``,
    );
  }
  const hint = wrongQuotes(token, fitting) || misspelling(token, tokens[tokenIndex - 1], fitting);
  const list = expected.length === 0 ? '' : `: expected ${listWords(expected)}`;
  return error(`${place}${list}${hint}`);
}

/** Parses the tokens before the mistake with others in its place. */
class Probe {
  readonly #grammar: SqlGrammar;
  readonly #start: Start;
  readonly #tokens: readonly Token[];
  readonly #sourceText: string;
  readonly #index: number;

  constructor(
    grammar: SqlGrammar,
    start: Start,
    tokens: readonly Token[],
    sourceText: string,
    index: number,
  ) {
    this.#grammar = grammar;
    this.#start = start;
    this.#tokens = tokens;
    this.#sourceText = sourceText;
    this.#index = index;
  }

  /** The token types that could stand where the mistake is; of a long statement only the most telling. */
  fitting(): TokenType[] {
    const token = this.#tokens[this.#index];
    const mostTelling = token === undefined ? symbols.Semicolon : values.Word;
    const candidates = this.#index <= PREFIX_LENGTH_MAX ? CANDIDATES : [mostTelling];
    const prefix = this.#tokens.slice(0, this.#index);
    return candidates.filter((type) => {
      const reached = this.#reach([...prefix, this.#replacement(type)]);
      return reached > this.#index;
    });
  }

  /** Whether the statement would go on well, for a few tokens at least, if the token were a name. */
  nameWouldDo(): boolean {
    const token = this.#tokens[this.#index];
    if (token === undefined || !isReserved(token.image)) return false;
    const named = [...this.#tokens];
    named[this.#index] = this.#replacement(values.Word);
    return this.#reach(named) > Math.min(this.#index + 2, named.length - 1);
  }

  /** The index of the first token that does not fit, or Infinity. */
  #reach(tokens: readonly Token[]): number {
    try {
      const result = this.#grammar.parse(this.#start, tokens, this.#sourceText);
      return 'tokenIndex' in result ? result.tokenIndex : Infinity;
    } catch (error) {
      // Refused for another reason than the grammar, with all tokens in their places.
      if (error instanceof SqlSyntaxError) return Infinity;
      throw error;
    }
  }

  #replacement(type: TokenType): Token {
    const sample = SAMPLES.get(type) ?? type.LABEL ?? '';
    return {
      image: sample,
      payload: sample,
      startOffset: this.#sourceText.length,
      endOffset: this.#sourceText.length,
      startLine: 1,
      startColumn: 1,
      tokenTypeIdx: type.tokenTypeIdx ?? 0,
      tokenType: type,
    };
  }
}

const SAMPLES: ReadonlyMap<TokenType, string> = new Map([
  [values.Integer, '1'],
  [values.Decimal, '1.0'],
  [values.Double, '1E0'],
]);

function unknownStatement(token: Token | undefined, fitting: readonly TokenType[]): string {
  const found = token?.image ?? 'end of text';
  const nearest = nearestWord(found, fitting);
  if (nearest !== undefined) return `Unknown statement '${found}'. Did you mean '${nearest}'?`;
  return `Unknown statement '${found}': expected ${listWords(wordsOf(fitting).sort())}`;
}

/** In many languages double quotes make a text; here they make a name. */
function wrongQuotes(token: Token | undefined, fitting: readonly TokenType[]): string {
  const isText = token?.image.startsWith('"') === true && fitting.includes(values.String);
  return isText ? ". Text takes single quotes ('...'), double quotes are for names" : '';
}

/** A misspelt clause word reads as an alias, so the mistake is often the token before. */
function misspelling(
  token: Token | undefined,
  previous: Token | undefined,
  fitting: readonly TokenType[],
): string {
  for (const suspect of [token, previous]) {
    if (suspect === undefined || suspect.tokenType !== values.Word) continue;
    const nearest = nearestWord(suspect.image, fitting);
    if (nearest !== undefined) return `. Did you mean '${nearest}' instead of '${suspect.image}'?`;
  }
  return '';
}

/** The word within two edits that is nearest, if it is not nearly another word altogether. */
function nearestWord(text: string, types: readonly TokenType[]): string | undefined {
  const upper = text.slice(0, 40).toUpperCase();
  const ranked = wordsOf(types)
    .map((word) => ({ word, distance: editDistance(upper, word) }))
    .filter(({ word, distance }) => distance <= Math.min(2, Math.floor(word.length / 2)))
    .sort((a, b) => a.distance - b.distance);
  return ranked[0]?.word;
}

function wordsOf(types: readonly TokenType[]): string[] {
  return types.filter((type) => type.name in keywords).map((type) => type.name);
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
function editDistance(from: string, to: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const current = [i];
    for (let j = 1; j <= to.length; j++) {
      const cost = from[i - 1] === to[j - 1] ? 0 : 1;
      const edit = Math.min(
        at(previous, j) + 1,
        at(current, j - 1) + 1,
        at(previous, j - 1) + cost,
      );
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      current.push(swapped ? Math.min(edit, at(beforePrevious, j - 2) + 1) : edit);
    }
    beforePrevious = previous;
    previous = current;
  }
  return at(previous, to.length);
}

function at(distances: readonly number[], index: number): number {
  return distances[index] ?? Infinity;
}

/** Readable words for token types: groups by their name, clause words first, symbols last. */
function describeTypes(fitting: readonly TokenType[]): string[] {
  const all = new Set(fitting);
  const groups: string[] = [];
  if (STATEMENT_STARTS.every((type) => all.has(type))) {
    groups.push('a statement');
    for (const type of all) if (type.name in keywords) all.delete(type);
  }
  const takesName = all.has(values.Word);
  if (EXPRESSION_START.every((type) => all.has(type))) {
    groups.push('an expression');
    remove(all, EXPRESSION_PARTS);
    // The units that are an argument of their own are rarely what was meant.
    remove(all, TIME_UNITS);
  } else if (takesName) {
    groups.push('a name');
  }
  if (takesName) {
    remove(all, [values.Word, values.QuotedName]);
    for (const type of all) if (type.CATEGORIES?.includes(categories.Name)) all.delete(type);
  }
  if (OPERATOR_SAMPLES.every((type) => all.has(type))) {
    groups.push('an operator');
    remove(all, OPERATORS);
  }
  if (TIME_UNITS.every((type) => all.has(type))) {
    groups.push('a unit of time such as MINUTES');
    remove(all, TIME_UNITS);
  }
  const labels = [...all].map((type) => type.LABEL ?? type.name);
  const words = labels.filter((label) => /^[A-Z]/.test(label)).sort();
  const chosen = labels.filter((label) => /^[a-z]/.test(label));
  const marks = labels.filter((label) => label.startsWith("'"));
  return [...new Set([...words, ...chosen, ...groups, ...marks])].slice(0, EXPECTED_COUNT_MAX);
}

function remove(from: Set<TokenType>, types: Iterable<TokenType>): void {
  for (const type of types) from.delete(type);
}

function listWords(list: readonly string[]): string {
  if (list.length < 2) return list.join('');
  return `${list.slice(0, -1).join(', ')} or ${list.at(-1)}`;
}
