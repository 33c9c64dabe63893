// Hot path: matchers run once per record.
import { EvaluationError } from '../sql/evaluation-error.ts';
import { shownText } from '../sql/shown-text.ts';

/** Whether a text matches the pattern it was made for, from its first to its last character. */
export type Matcher = (text: string) => boolean;

/** One position of a pattern: a character that must be there, or any one character. */
type Token = { readonly kind: 'unit'; readonly text: string } | { readonly kind: 'any' };

/** What stands between two `%`: tokens that match without a gap. */
type Segment = readonly Token[];

const ANY: Token = { kind: 'any' };
/** What `%` and `_` do not match: the line terminators of java.util.regex. */
const LINE_TERMINATOR = /[\n\r\u0085\u2028\u2029]/;

/**
 * Makes the matcher of a LIKE pattern: `%` is any sequence, `_` any one code point, neither a line terminator.
 * There is no backtracking: the first segment is tied to the start, the last to the end, and each one between
 * is taken where it first occurs; work is at most text length times pattern length.
 * @param escape makes the character after it literal; null for none.
 * @throws EvaluationError when the pattern ends in the escape character.
 */
export function compileLike(pattern: string, escape: string | null): Matcher {
  const segments = splitPattern(pattern, escape);
  const hasAny = segments.some((segment) => segment.includes(ANY));
  if (hasAny) return segmentMatcher(segments);
  return textMatcher(segments.map((segment) => segment.map(unitText).join('')));
}

function unitText(token: Token): string {
  return token.kind === 'unit' ? token.text : '';
}

function splitPattern(pattern: string, escape: string | null): readonly Segment[] {
  const segments: Token[][] = [[]];
  let escaped = false;
  for (const text of pattern) {
    if (!escaped && text === escape) {
      escaped = true;
      continue;
    }
    if (!escaped && text === '%') segments.push([]);
    else segments.at(-1)?.push(!escaped && text === '_' ? ANY : { kind: 'unit', text });
    escaped = false;
  }
  if (escaped) {
    throw new EvaluationError(
      `LIKE pattern ${shownText(pattern)} ends in its escape character ${escape}, which must stand before another`,
    );
  }
  return segments;
}

/** Patterns without `_`: plain text search. */
function textMatcher(segments: readonly string[]): Matcher {
  const [first = '', ...others] = segments;
  const last = others.pop();
  if (last === undefined) return (text) => text === first;
  return (text) => {
    const tail = text.length - last.length;
    if (tail < first.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    const oneLine = !LINE_TERMINATOR.test(text);
    let position = first.length;
    for (const segment of others) {
      const found = text.indexOf(segment, position);
      if (found < 0 || found + segment.length > tail) return false;
      if (!oneLine && isBroken(text, position, found)) return false;
      position = found + segment.length;
    }
    return oneLine || !isBroken(text, position, tail);
  };
}

/** Whether a line terminator stands in that part of the text. */
function isBroken(text: string, start: number, end: number): boolean {
  return LINE_TERMINATOR.test(text.slice(start, end));
}

/**
 * Patterns with `_`. A segment that could be taken at two places holds no line terminator, because the gap before
 * the later place would; so taking the first place never loses a match.
 */
function segmentMatcher(segments: readonly Segment[]): Matcher {
  const [first = [], ...others] = segments;
  const last = others.pop();
  return (text) => {
    const characters = Array.from(text);
    if (!matchesAt(characters, 0, first)) return false;
    if (last === undefined) return characters.length === first.length;
    const tail = characters.length - last.length;
    if (tail < first.length || !matchesAt(characters, tail, last)) return false;
    let position = first.length;
    for (const segment of others) {
      const found = firstMatch(characters, position, segment);
      if (found < 0 || found + segment.length > tail) return false;
      if (characters.slice(position, found).some(isLineTerminator)) return false;
      position = found + segment.length;
    }
    return !characters.slice(position, tail).some(isLineTerminator);
  };
}

function firstMatch(characters: readonly string[], from: number, segment: Segment): number {
  for (let start = from; start + segment.length <= characters.length; start++) {
    if (matchesAt(characters, start, segment)) return start;
  }
  return -1;
}

function matchesAt(characters: readonly string[], start: number, segment: Segment): boolean {
  if (start + segment.length > characters.length) return false;
  for (let index = 0; index < segment.length; index++) {
    const character = characters[start + index]!;
    const token = segment[index]!;
    if (token.kind === 'unit' ? token.text !== character : isLineTerminator(character))
      return false;
  }
  return true;
}

function isLineTerminator(character: string): boolean {
  return LINE_TERMINATOR.test(character);
}

/** A matcher for patterns that differ from row to row: it remembers the last one. */
export function compileDynamicLike(
  escape: string | null,
): (text: string, pattern: string) => boolean {
  let last: { readonly pattern: string; readonly matches: Matcher } | null = null;
  return (text, pattern) => {
    if (last?.pattern !== pattern) last = { pattern, matches: compileLike(pattern, escape) };
    return last.matches(text);
  };
}
