import { EvaluationError } from '../../sql/evaluation-error.ts';
import { shownText } from '../../sql/shown-text.ts';
import { INTEGER, STRING } from '../../sql/types.ts';
import { overload, parameter, type ScalarFunction } from '../function.ts';

const CODE_POINT_MAX = 0x10ffff;
const ESCAPE_LENGTH = 6;

export const chr: ScalarFunction = {
  name: 'CHR',
  displayName: 'Chr',
  category: 'STRING',
  description:
    'The character with a Unicode code point, given as a number or as an escape such as \\u20ac. Null ' +
    'for a number that is none and for a text that does not begin with an escape.',
  examples: [
    { sql: 'CHR(75)', result: "'K'" },
    { sql: "CHR('\\u20ac')", result: "'€'" },
    { sql: 'CHR(-1)', result: 'null' },
  ],
  overloads: [
    overload([parameter('codePoint', INTEGER)], STRING, (codePoint: number) =>
      codePoint < 0 || codePoint > CODE_POINT_MAX ? null : String.fromCodePoint(codePoint),
    ),
    overload([parameter('escape', STRING)], STRING, (escape: string) =>
      escape.startsWith('\\u') && escape.length >= ESCAPE_LENGTH ? unescape(escape) : null,
    ),
  ],
};

/** A backslash with what belongs to it: an octal code, a Unicode code, any character, or nothing at the end. */
const ESCAPE = /\\(?:([0-3]?[0-7]{1,2})|u+\+?([0-9a-f]{4})|([^]?))/gi;

const CONTROL_CHARACTERS: ReadonlyMap<string, string> = new Map([
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

/** Resolves the escapes of a Java string literal. */
function unescape(text: string): string {
  return text.replace(ESCAPE, (_, octal?: string, hex?: string, character: string = '') => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    if (character === 'u') {
      throw new EvaluationError(
        `CHR cannot read ${shownText(text)}: \\u must be followed by four hexadecimal digits`,
      );
    }
    return CONTROL_CHARACTERS.get(character) ?? character;
  });
}
