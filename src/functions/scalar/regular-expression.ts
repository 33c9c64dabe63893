import { RE2JS, type Matcher } from 're2js';
import { EvaluationError } from '../../sql/evaluation-error.ts';
import { shownText } from '../../sql/shown-text.ts';
import { keepLast } from './last-results.ts';

const PATTERN_LENGTH_MAX = 10_000;

/**
 * Compiles a pattern, or takes it from those compiled last. It is matched in time linear in the length of the text,
 * whatever the pattern: what cannot be matched so is refused.
 * @throws EvaluationError when the pattern is wrong, uses something of Java that has no such match, or is too long.
 */
export const compilePattern: (pattern: string) => RE2JS = keepLast((pattern) => {
  if (pattern.length > PATTERN_LENGTH_MAX) {
    throw new EvaluationError(
      `The regular expression has ${pattern.length} characters; the most is ${PATTERN_LENGTH_MAX}`,
    );
  }
  const translated = translate(pattern);
  try {
    return RE2JS.compile(translated);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EvaluationError(
      `The regular expression ${shownText(pattern)} is not valid: ${shownText(reason)}`,
      { cause },
    );
  }
});

/** A matcher over the text, before its first match. */
export function matcherOf(pattern: string, text: string): Matcher {
  return compilePattern(pattern).matcher(text);
}

const GROUPS: readonly (readonly [string, string])[] = [
  ['(?=', 'look-ahead (?='],
  ['(?!', 'look-ahead (?!'],
  ['(?<=', 'look-behind (?<='],
  ['(?<!', 'look-behind (?<!'],
  ['(?>', 'an atomic group (?>'],
];

/** What Java calls `\p{Alpha}` is `[:alpha:]` here, inside a character class. */
const CLASS_NAMES: ReadonlySet<string> = new Set(
  'Lower Upper ASCII Alpha Digit Alnum Punct Graph Print Blank Cntrl XDigit Space'.split(' '),
);
const CLASS_NAME = /^\\(p)\{(\w+)\}/i;

/** What Java takes for a line terminator, which a dot does not match unless the flag s says so. */
const NO_LINE_TERMINATOR = '[^\\n\\r\\x85\\x{2028}\\x{2029}]';
const DOT_ALL = /\(\?[a-z]*s/;
const BLANK = '\\s\\x0b';

/**
 * The pattern in the syntax of the matcher, which is Java's but for the names of some character classes and for what
 * counts as a blank and as the end of a line.
 * @throws EvaluationError for the first part that Java knows and the matcher does not, or understands differently.
 */
function translate(pattern: string): string {
  const dot = DOT_ALL.test(pattern) ? '.' : NO_LINE_TERMINATOR;
  let translated = '';
  let insideClass = false;
  let index = 0;
  while (index < pattern.length) {
    const rest = pattern.slice(index, index + PART_LENGTH_MAX);
    const unsupported = findUnsupported(rest, insideClass);
    if (unsupported !== null) {
      throw new EvaluationError(
        `The regular expression ${shownText(pattern)} uses ${unsupported}, which cannot be matched in linear ` +
          'time and is not supported. Write it without.',
      );
    }
    const length = rest.startsWith('\\Q')
      ? quotedLength(pattern, index)
      : partLength(rest, insideClass);
    const part = pattern.slice(index, index + length);
    translated += part === '.' && !insideClass ? dot : translatePart(part, insideClass);
    if (insideClass) insideClass = part !== ']';
    else insideClass = part.startsWith('[');
    index += length;
  }
  return translated;
}

/** No part but quoted text is longer. */
const PART_LENGTH_MAX = 12;

/** Of `\Q...\E`, or to the end. */
function quotedLength(pattern: string, index: number): number {
  const end = pattern.indexOf('\\E', index);
  return (end < 0 ? pattern.length : end + 2) - index;
}

/** How many characters belong together: a named class, an escape, the start of a class, or one. */
function partLength(rest: string, insideClass: boolean): number {
  if (rest.startsWith('\\')) return CLASS_NAME.exec(rest)?.[0].length ?? 2;
  // A bracket that comes first, also after ^, stands for itself.
  return insideClass ? 1 : /^(?:\[\^?\]?|[^])/.exec(rest)![0].length;
}

function translatePart(part: string, insideClass: boolean): string {
  if (part === '\\s') return insideClass ? BLANK : `[${BLANK}]`;
  if (part === '\\S' && !insideClass) return `[^${BLANK}]`;
  const [, letter = '', name = ''] = CLASS_NAME.exec(part) ?? [];
  if (!CLASS_NAMES.has(name)) return part;
  const named = `[:${letter === 'P' ? '^' : ''}${name.toLowerCase()}:]`;
  return insideClass ? named : `[${named}]`;
}

/** Names what the rest of a pattern begins with, when we cannot match it or would understand it differently. */
function findUnsupported(rest: string, insideClass: boolean): string | null {
  if (insideClass) {
    if (rest.startsWith('&&')) return 'an intersection && of character classes';
    return rest.startsWith('[') ? 'a character class inside another' : null;
  }
  if (/^\\(?:[1-9]|k)/.test(rest)) return `the back-reference ${rest.slice(0, 2)}`;
  if (/^[*+?}]\+/.test(rest)) return `the possessive quantifier ${rest.slice(0, 2)}`;
  if (/^\(\?[a-z]*-?[a-z]*U/.test(rest)) return 'the flag U';
  return GROUPS.find(([opening]) => rest.startsWith(opening))?.[1] ?? null;
}
