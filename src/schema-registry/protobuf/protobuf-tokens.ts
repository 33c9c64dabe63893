const WORD = /[\w.+-]+/y;

/**
 * The tokens of a .proto text, without comments and white space, in one pass. Text that is no .proto gives tokens too.
 */
export function protobufTokens(text: string): string[] {
  const tokens: string[] = [];
  let position = 0;
  while (position < text.length) {
    const end = tokenEnd(text, position);
    const token = text.slice(position, end);
    const isSpace = /^(?:\s|\/\/|\/\*)/.test(token);
    if (!isSpace) tokens.push(token);
    position = end;
  }
  return tokens;
}

/** Behind the token, comment or blank that begins at the position. */
function tokenEnd(text: string, start: number): number {
  const character = text[start] as string;
  if (character === '"' || character === "'") return stringEnd(text, start);
  if (text.startsWith('//', start)) return indexOrEnd(text, '\n', start);
  if (text.startsWith('/*', start)) {
    return Math.min(text.length, indexOrEnd(text, '*/', start + 2) + 2);
  }
  WORD.lastIndex = start;
  return WORD.test(text) ? WORD.lastIndex : start + 1;
}

/** Behind the closing quote, or at the end of the line when there is none. */
function stringEnd(text: string, start: number): number {
  for (let position = start + 1; position < text.length; position++) {
    const character = text[position];
    if (character === '\\') position++;
    else if (character === '\n') return position;
    else if (character === text[start]) return position + 1;
  }
  return text.length;
}

function indexOrEnd(text: string, wanted: string, start: number): number {
  const index = text.indexOf(wanted, start);
  return index < 0 ? text.length : index;
}
