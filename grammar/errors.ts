const EXCERPT_LENGTH_MAX = 120;

// A control character in an error text could move the cursor or start an escape sequence of a terminal.
// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const UNPRINTABLE = /[\u0000-\u0008\u000A-\u001F\u007F-\u009F\u2028\u2029]|\p{Bidi_Control}/gu;

/** What {@link SqlSyntaxError} is made of. */
export interface SqlSyntaxErrorOptions {
  readonly reason: string;
  /** The whole text that was parsed. */
  readonly sourceText: string;
  /** Index of the UTF-16 unit in the text where it stops making sense. */
  readonly position: number;
  /** The text found there, or `end of text`. */
  readonly found: string;
  /** What could have stood there instead, in readable words; empty when that is not the problem. */
  readonly expected?: readonly string[];
}

/**
 * The text is not a statement of the dialect. The message is `line L:C: Syntax Error`, the reason and the line of the
 * text with a caret under the place.
 */
export class SqlSyntaxError extends Error {
  override readonly name = 'SqlSyntaxError';
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  readonly reason: string;
  readonly found: string;
  readonly expected: readonly string[];
  readonly sourceText: string;
  readonly position: number;

  constructor(options: SqlSyntaxErrorOptions) {
    const { line, column, lineStart, lineEnd } = locatePosition(
      options.sourceText,
      options.position,
    );
    const lineText = options.sourceText.slice(lineStart, lineEnd);
    const reason = printable(options.reason);
    super(`line ${line}:${column}: Syntax Error\n${reason}\n${drawCaret(lineText, column - 1)}`);
    this.line = line;
    this.column = column;
    this.reason = reason;
    this.found = printable(options.found);
    this.expected = options.expected ?? [];
    this.sourceText = options.sourceText;
    this.position = options.position;
  }

  /**
   * The line of the text and below it a caret under the place; two lines without a final newline. Of a long line only
   * the part around the place is shown, and characters a terminal would act on show as U+FFFD.
   */
  caret(): string {
    const { column, lineStart, lineEnd } = locatePosition(this.sourceText, this.position);
    return drawCaret(this.sourceText.slice(lineStart, lineEnd), column - 1);
  }
}

function locatePosition(text: string, position: number) {
  let line = 1;
  let lineStart = text.startsWith('\uFEFF') ? 1 : 0;
  for (;;) {
    const lineBreak = text.indexOf('\n', lineStart);
    if (lineBreak < 0 || lineBreak >= position) {
      const lineEnd = lineBreak < 0 ? text.length : lineBreak;
      return { line, column: Math.max(position - lineStart, 0) + 1, lineStart, lineEnd };
    }
    line++;
    lineStart = lineBreak + 1;
  }
}

function drawCaret(lineText: string, offset: number): string {
  const withoutReturn = lineText.endsWith('\r') ? lineText.slice(0, -1) : lineText;
  const lead = Math.floor(EXCERPT_LENGTH_MAX / 2);
  const start = withoutReturn.length <= EXCERPT_LENGTH_MAX ? 0 : Math.max(offset - lead, 0);
  const excerpt = printable(withoutReturn.slice(start, start + EXCERPT_LENGTH_MAX));
  const indent = excerpt.slice(0, offset - start).replace(/[^\t]/g, ' ');
  return `${excerpt}\n${indent}^`;
}

function printable(text: string): string {
  return text.toWellFormed().replace(UNPRINTABLE, '\uFFFD');
}
