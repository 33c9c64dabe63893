import type { Matcher } from 're2js';
import { EvaluationError } from '../../sql/evaluation-error.ts';
import { shownText } from '../../sql/shown-text.ts';
import { INTEGER, STRING } from '../../sql/types.ts';
import { overload, parameter, type ScalarFunction } from '../function.ts';
import { STRINGS } from './collection-types.ts';
import { matcherOf } from './regular-expression.ts';
import { checkSize } from './text-size.ts';

export const regexpExtract: ScalarFunction = {
  name: 'REGEXP_EXTRACT',
  displayName: 'regexp_extract',
  category: 'REGULAR EXPRESSION',
  description:
    'What a regular expression, given first, matches in a text first; with a number as third argument ' +
    'what that group of it matched. Null when nothing matches or there is no such group.',
  examples: [
    { sql: "REGEXP_EXTRACT('b.', 'abcabd')", result: "'bc'" },
    { sql: "REGEXP_EXTRACT('(.*)@(.*)', 'ann@example.org', 2)", result: "'example.org'" },
    { sql: "REGEXP_EXTRACT('x', 'abc')", result: 'null' },
  ],
  overloads: [
    overload([parameter('pattern', STRING), parameter('text', STRING)], STRING, extract),
    overload(
      [parameter('pattern', STRING), parameter('text', STRING), parameter('group', INTEGER)],
      STRING,
      extract,
    ),
  ],
};

function extract(pattern: string, text: string, group = 0): string | null {
  const matcher = matcherOf(pattern, text);
  if (!hasGroup(matcher, group) || !matcher.find()) return null;
  return matcher.group(group) ?? null;
}

export const regexpExtractAll: ScalarFunction = {
  name: 'REGEXP_EXTRACT_ALL',
  displayName: 'regexp_extract_all',
  category: 'REGULAR EXPRESSION',
  description:
    'Everything a regular expression, given first, matches in a text; with a number as third argument ' +
    'what that group of it matched each time. Null when there is no such group.',
  examples: [
    { sql: "REGEXP_EXTRACT_ALL('b.', 'abcabd')[2]", result: "'bd'" },
    { sql: "REGEXP_EXTRACT_ALL('([a-z])=', 'a=1 b=2', 1)[2]", result: "'b'" },
  ],
  overloads: [
    overload([parameter('pattern', STRING), parameter('text', STRING)], STRINGS, extractAll),
    overload(
      [parameter('pattern', STRING), parameter('text', STRING), parameter('group', INTEGER)],
      STRINGS,
      extractAll,
    ),
  ],
};

function extractAll(pattern: string, text: string, group = 0): (string | null)[] | null {
  const matcher = matcherOf(pattern, text);
  if (!hasGroup(matcher, group)) return null;
  const matches: (string | null)[] = [];
  while (matcher.find()) matches.push(matcher.group(group) ?? null);
  return matches;
}

function hasGroup(matcher: Matcher, group: number): boolean {
  return group >= 0 && group <= matcher.groupCount();
}

export const regexpReplace: ScalarFunction = {
  name: 'REGEXP_REPLACE',
  displayName: 'regexp_replace',
  category: 'REGULAR EXPRESSION',
  description:
    'The text with everything a regular expression matches replaced. In the replacement $1 stands for ' +
    'what the first group matched, ${name} for a named one, and a backslash makes the next character ' +
    'an ordinary one.',
  examples: [
    { sql: "REGEXP_REPLACE('a1b22', '[0-9]+', '#')", result: "'a#b#'" },
    { sql: "REGEXP_REPLACE('Lee, Ann', '(.*), (.*)', '$2 $1')", result: "'Ann Lee'" },
  ],
  overloads: [
    overload(
      [parameter('text', STRING), parameter('pattern', STRING), parameter('replacement', STRING)],
      STRING,
      replaceMatches,
    ),
  ],
};

function replaceMatches(text: string, pattern: string, replacement: string): string {
  const matcher = matcherOf(pattern, text);
  let result = '';
  let end = 0;
  while (matcher.find()) {
    result += text.slice(end, matcher.start()) + expand(replacement, matcher);
    checkSize('REGEXP_REPLACE', result.length);
    end = matcher.end();
  }
  checkSize('REGEXP_REPLACE', result.length + text.length - end);
  return result + text.slice(end);
}

/** A plain run, an escaped character, a named group, a numbered group, or a sign that means nothing. */
const REPLACEMENT_PART = /[^\\$]+|\\([^])|\$\{([a-zA-Z][a-zA-Z0-9]*)\}|\$(\d+)|([\\$])/g;

function expand(replacement: string, matcher: Matcher): string {
  return replacement.replace(
    REPLACEMENT_PART,
    (plain, escaped?: string, name?: string, digits?: string, wrong?: string) => {
      if (escaped !== undefined) return escaped;
      if (name !== undefined) return namedGroup(name, replacement, matcher);
      if (digits !== undefined) return numberedGroup(digits, replacement, matcher);
      if (wrong === undefined) return plain;
      throw new EvaluationError(
        `The replacement ${shownText(replacement)} has a ${wrong} that nothing follows; for the character itself write \\${wrong}`,
      );
    },
  );
}

/** As many of the digits as make a group there is; the others stand for themselves. */
function numberedGroup(digits: string, replacement: string, matcher: Matcher): string {
  let length = 1;
  if (Number(digits[0]) > matcher.groupCount()) throw unknownGroup(digits[0]!, replacement);
  while (length < digits.length && Number(digits.slice(0, length + 1)) <= matcher.groupCount()) {
    length++;
  }
  return (matcher.group(Number(digits.slice(0, length))) ?? '') + digits.slice(length);
}

function namedGroup(name: string, replacement: string, matcher: Matcher): string {
  const groups = matcher.pattern().namedGroups();
  if (!Object.hasOwn(groups, name)) throw unknownGroup(name, replacement);
  return matcher.group(name) ?? '';
}

function unknownGroup(group: string, replacement: string): EvaluationError {
  return new EvaluationError(
    `The replacement ${shownText(replacement)} names the group ${group}, which the regular expression does not have`,
  );
}

export const regexpSplitToArray: ScalarFunction = {
  name: 'REGEXP_SPLIT_TO_ARRAY',
  displayName: 'regexp_split_to_array',
  category: 'REGULAR EXPRESSION',
  description:
    'The pieces of a text between the matches of a regular expression, empty ones too. One that matches ' +
    'the empty text cuts between all characters and leaves out empty pieces at the end.',
  examples: [
    { sql: "REGEXP_SPLIT_TO_ARRAY('a1b22c', '[0-9]+')[3]", result: "'c'" },
    { sql: "REGEXP_SPLIT_TO_ARRAY('abc', '')[2]", result: "'b'" },
  ],
  overloads: [
    overload([parameter('text', STRING), parameter('pattern', STRING)], STRINGS, splitMatches),
  ],
};

function splitMatches(text: string, pattern: string): string[] {
  const matchesEmpty = matcherOf(pattern, '').matches();
  const matcher = matcherOf(pattern, text);
  const pieces: string[] = [];
  let start = 0;
  while (matcher.find()) {
    // An empty match before the first character cuts nothing off.
    if (matcher.end() === 0) continue;
    pieces.push(text.slice(start, matcher.start()));
    start = matcher.end();
  }
  pieces.push(text.slice(start));
  if (matchesEmpty) while (pieces.length > 1 && pieces.at(-1) === '') pieces.pop();
  return pieces;
}
