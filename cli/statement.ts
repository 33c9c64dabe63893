import { Scanner, type LexemeKind } from '../grammar/scan.ts';

/** What the shell does with a statement; everything it does not know itself is the server's to judge. */
export type ShellStatement =
  | { readonly kind: 'empty' }
  /** `endless`: a push query, which runs until it is stopped. */
  | { readonly kind: 'select'; readonly endless: boolean }
  | { readonly kind: 'print' }
  | { readonly kind: 'set'; readonly property: string; readonly value: string }
  | { readonly kind: 'unset'; readonly property: string }
  | { readonly kind: 'define'; readonly variable: string; readonly value: string }
  | { readonly kind: 'undefine'; readonly variable: string }
  | { readonly kind: 'malformed'; readonly message: string }
  | { readonly kind: 'other' };

interface Lexeme {
  readonly kind: LexemeKind;
  readonly text: string;
}

/** Tells which kind of statement the text is; comments, blanks and the final `;` do not matter. */
export function classifyStatement(text: string): ShellStatement {
  const lexemes = lexemesOf(text);
  const [first] = lexemes;
  if (first === undefined) return { kind: 'empty' };
  switch (first.kind === 'word' ? first.text.toUpperCase() : '') {
    case 'SELECT':
      return { kind: 'select', endless: emitsChanges(lexemes) };
    case 'PRINT':
      return { kind: 'print' };
    case 'SET':
      return readSet(lexemes);
    case 'UNSET':
      return readUnset(lexemes);
    case 'DEFINE':
      return readDefine(lexemes);
    case 'UNDEFINE':
      return readUndefine(lexemes);
    default:
      return { kind: 'other' };
  }
}

function readSet(lexemes: readonly Lexeme[]): ShellStatement {
  const [, property, equals, value] = lexemes;
  if (
    lexemes.length === 4 &&
    property?.kind === 'string' &&
    equals?.text === '=' &&
    value?.kind === 'string'
  ) {
    return { kind: 'set', property: unquote(property.text), value: unquote(value.text) };
  }
  return malformed("SET 'property' = 'value'", lexemes);
}

function readUnset(lexemes: readonly Lexeme[]): ShellStatement {
  const [, property] = lexemes;
  if (lexemes.length === 2 && property?.kind === 'string') {
    return { kind: 'unset', property: unquote(property.text) };
  }
  return malformed("UNSET 'property'", lexemes);
}

function readDefine(lexemes: readonly Lexeme[]): ShellStatement {
  const [, variable, equals, value] = lexemes;
  if (
    lexemes.length === 4 &&
    variable?.kind === 'word' &&
    equals?.text === '=' &&
    value?.kind === 'string'
  ) {
    return { kind: 'define', variable: variable.text.toLowerCase(), value: unquote(value.text) };
  }
  return malformed("DEFINE name = 'value'", lexemes);
}

function readUndefine(lexemes: readonly Lexeme[]): ShellStatement {
  const [, variable] = lexemes;
  if (lexemes.length === 2 && variable?.kind === 'word') {
    return { kind: 'undefine', variable: variable.text.toLowerCase() };
  }
  return malformed('UNDEFINE name', lexemes);
}

function malformed(expected: string, lexemes: readonly Lexeme[]): ShellStatement {
  const found = lexemes.map(({ text }) => text).join(' ');
  return { kind: 'malformed', message: `Expected ${expected}; found ${found}` };
}

function emitsChanges(lexemes: readonly Lexeme[]): boolean {
  return lexemes.some(
    ({ text }, i) =>
      text.toUpperCase() === 'EMIT' && lexemes[i + 1]?.text.toUpperCase() === 'CHANGES',
  );
}

/** Without blanks, comments and semicolons. */
function lexemesOf(text: string): Lexeme[] {
  const lexemes: Lexeme[] = [];
  const scanner = new Scanner(text);
  while (scanner.next()) {
    const { kind, start, end } = scanner;
    if (kind === 'space' || kind === 'comment') continue;
    const lexeme = { kind, text: text.slice(start, end) };
    if (lexeme.text !== ';') lexemes.push(lexeme);
  }
  return lexemes;
}

function unquote(text: string): string {
  return text.slice(1, -1).replaceAll("''", "'");
}
