/**
 * Characters that could move the cursor, recolour the terminal, reverse the reading direction or break a line:
 * controls, lone surrogates, line separators and bidirectional marks.
 */
const UNSAFE = /[\p{Cc}\p{Cs}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** Text as it may be shown in one line of a terminal: unsafe characters become escapes. */
export function safeLine(text: string): string {
  return text.replace(UNSAFE, (character) => SHORT_ESCAPES[character] ?? codeEscape(character));
}

/** Like `safeLine` for text of several lines: line ends and tabs stay. */
export function safeLines(text: string): string {
  return text
    .replace(/\r\n/g, '\n')
    .replace(UNSAFE, (character) => (/[\n\t]/.test(character) ? character : safeLine(character)));
}

/** JSON text with its unsafe characters, which only strings can hold, as JSON escapes; still the same JSON. */
export function safeJson(json: string): string {
  return json.replace(UNSAFE, (character) =>
    character === '\n' ? character : codeEscape(character),
  );
}

function codeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Ranges of code points that take two columns: East Asian wide letters and emoji. */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
];

/** How many columns of a terminal the text takes. */
export function displayWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const character of text) {
    if (/^[\p{Mn}\p{Me}\p{Cf}]$/u.test(character)) continue;
    const code = character.codePointAt(0) ?? 0;
    width += WIDE.some(([first, last]) => code >= first && code <= last) ? 2 : 1;
  }
  return width;
}

/** The text followed by spaces up to the width; longer text stays whole. */
export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}
