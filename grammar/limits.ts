import { SqlSyntaxError } from './errors.ts';

/** UTF-16 units of one text handed to the parser. */
export const TEXT_LENGTH_MAX = 1024 * 1024;
/** Tokens of one text; bounds the time of parsing and the length of operator chains. */
export const TOKEN_COUNT_MAX = 50_000;
/** Parentheses, brackets, types, CASE, NOT and signs within each other; bounds the depth of the stack. */
export const NESTING_MAX = 100;

// NUL ends text in too many programs to be data; characters that reorder text can make a statement look like another.
// oxlint-disable-next-line no-control-regex -- NUL is one of the characters this is about
const REFUSED = /\u0000|\p{Bidi_Control}|\p{Surrogate}/u;

/**
 * Refuses a text that is too long or holds a character that no statement needs: NUL, bidirectional control characters
 * and lone surrogates, anywhere, also in quotes and comments.
 * @throws SqlSyntaxError naming the limit or the code point.
 */
export function checkText(text: string): void {
  if (text.length > TEXT_LENGTH_MAX) {
    throw new SqlSyntaxError({
      reason:
        `The text is ${text.length} characters long, the limit is ${TEXT_LENGTH_MAX}: ` +
        'send its statements in several requests',
      sourceText: text,
      position: 0,
      found: `${text.length} characters`,
    });
  }
  const refused = REFUSED.exec(text);
  if (refused === null) return;
  const code = refused[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  throw new SqlSyntaxError({
    reason: `The character U+${code} is not allowed in SQL text, not even in quotes: remove it`,
    sourceText: text,
    position: refused.index,
    found: `U+${code}`,
  });
}
