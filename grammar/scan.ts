/**
 * Cuts SQL text into its smallest parts. The one place that knows where quotes, comments and numbers end; the parser,
 * the splitter and the shell's highlighting all use it, so they cannot disagree.
 */

export type LexemeKind =
  | 'space'
  | 'comment'
  /** Letters, digits, `_` and `@`, not starting with a digit: a keyword or a name. */
  | 'word'
  /** A name that starts with a digit, such as `1abc`. */
  | 'digitWord'
  | 'integer'
  /** A number with a point. */
  | 'decimal'
  /** A number with an exponent. */
  | 'double'
  | 'string'
  | 'quotedName'
  /** `${name}` */
  | 'variable'
  /** Operators and punctuation. */
  | 'symbol'
  /** From an opening quote or `/*` that is never closed to the end of the text. */
  | 'unclosedString'
  | 'unclosedName'
  | 'unclosedComment'
  /** One character that starts nothing. */
  | 'unknown';

const SPACE = /[ \t\r\n]+/y;
const WORD = /[A-Za-z_][A-Za-z0-9_@]*/y;
const DIGIT_WORD = /[0-9][A-Za-z0-9_@]+/y;
const NUMBER = /(?:[0-9]+(\.[0-9]*)?|(\.[0-9]+))([eE][+-]?[0-9]+)?/y;
const VARIABLE = /\$\{[A-Za-z_][A-Za-z0-9_@]*\}/y;
const SYMBOL = /<>|!=|<=|>=|\|\||:=|->|=>|[=<>+\-*/%[\](),.;]/y;
const ANY_CHARACTER = /./suy;

/**
 * Walks over a text: `next()` steps to the following lexeme, then `kind`, `start` and `end` describe it. Any text is
 * accepted; what cannot be part of a statement comes out as one of the unclosed kinds or `unknown`.
 */
export class Scanner {
  readonly text: string;
  kind: LexemeKind = 'space';
  /** Index of the first and one past the last UTF-16 unit. */
  start = 0;
  end: number;

  /** A leading byte order mark is not part of any lexeme. */
  constructor(text: string) {
    this.text = text;
    this.end = text.startsWith('\uFEFF') ? 1 : 0;
  }

  /** False at the end of the text; the fields then keep describing the last lexeme. */
  next(): boolean {
    if (this.end >= this.text.length) return false;
    this.start = this.end;
    this.kind = this.#scan(this.text[this.start] ?? '');
    return true;
  }

  #scan(first: string): LexemeKind {
    switch (first) {
      case ' ':
      case '\n':
      case '\r':
      case '\t':
        this.#match(SPACE);
        return 'space';
      case "'":
        return this.#scanQuoted(first) ? 'string' : 'unclosedString';
      case '"':
      case '`':
        return this.#scanQuoted(first) ? 'quotedName' : 'unclosedName';
      case '$':
        return this.#match(VARIABLE) ? 'variable' : this.#scanUnknown();
      case '-':
        return this.text[this.start + 1] === '-' ? this.#scanLineComment() : this.#scanSymbol();
      case '/':
        return this.text[this.start + 1] === '*' ? this.#scanBlockComment() : this.#scanSymbol();
      default:
        break;
    }
    if (this.#match(WORD)) return 'word';
    const code = first.charCodeAt(0);
    if (first === '.' || (code >= 0x30 && code <= 0x39)) return this.#scanNumber();
    return this.#scanSymbol();
  }

  /** The longer of a number and a name that starts with a digit wins, the number when equally long. */
  #scanNumber(): LexemeKind {
    const wordEnd = this.#match(DIGIT_WORD) ? this.end : this.start;
    NUMBER.lastIndex = this.start;
    const number = NUMBER.exec(this.text);
    if (number === null) return this.#scanSymbol();
    if (wordEnd > NUMBER.lastIndex) {
      this.end = wordEnd;
      return 'digitWord';
    }
    this.end = NUMBER.lastIndex;
    if (number[3] !== undefined) return 'double';
    return number[1] === undefined && number[2] === undefined ? 'integer' : 'decimal';
  }

  #scanSymbol(): LexemeKind {
    return this.#match(SYMBOL) ? 'symbol' : this.#scanUnknown();
  }

  #scanUnknown(): LexemeKind {
    this.#match(ANY_CHARACTER);
    return 'unknown';
  }

  /** A doubled quote stands for one quote and does not close. */
  #scanQuoted(quote: string): boolean {
    let position = this.start + 1;
    for (;;) {
      const close = this.text.indexOf(quote, position);
      if (close < 0) {
        this.end = this.text.length;
        return false;
      }
      if (this.text[close + 1] !== quote) {
        this.end = close + 1;
        return true;
      }
      position = close + 2;
    }
  }

  #scanLineComment(): LexemeKind {
    const lineBreak = this.text.indexOf('\n', this.start);
    this.end = lineBreak < 0 ? this.text.length : lineBreak;
    return 'comment';
  }

  #scanBlockComment(): LexemeKind {
    const close = this.text.indexOf('*/', this.start + 2);
    this.end = close < 0 ? this.text.length : close + 2;
    return close < 0 ? 'unclosedComment' : 'comment';
  }

  #match(pattern: RegExp): boolean {
    pattern.lastIndex = this.start;
    if (!pattern.test(this.text)) return false;
    this.end = pattern.lastIndex;
    return true;
  }
}
