import { Scanner } from './scan.ts';

/** The one setting that tells what a connector is and never how it logs in. */
const SHOWN = 'connector.class';

/**
 * The text with the values of connectors' settings replaced, all but that of `connector.class`: which of them are
 * secrets only the connector knows. Everything else stays as it is. Takes any text, so that a statement with a mistake
 * keeps its secrets too.
 * @param maskOf what stands for a value, given as it is written.
 */
export function maskConnectorSettings(text: string, maskOf: (value: string) => string): string {
  if (!/connector/i.test(text)) return text;
  let masked = '';
  for (const statement of lexemesByStatement(text)) {
    masked += isAboutConnector(statement) ? maskStatement(statement, maskOf) : joined(statement);
  }
  return masked;
}

interface Lexeme {
  readonly text: string;
  readonly isBlank: boolean;
}

function* lexemesByStatement(text: string): Generator<readonly Lexeme[]> {
  const scanner = new Scanner(text);
  // A byte order mark is no part of a lexeme.
  let statement: Lexeme[] = [{ text: text.slice(0, scanner.end), isBlank: true }];
  while (scanner.next()) {
    const { kind, start, end } = scanner;
    const isBlank = kind === 'space' || kind === 'comment' || kind === 'unclosedComment';
    const lexeme = { text: text.slice(start, end), isBlank };
    statement.push(lexeme);
    if (kind !== 'symbol' || lexeme.text !== ';') continue;
    yield statement;
    statement = [];
  }
  yield statement;
}

/** Whether CREATE, SOURCE or SINK stands before CONNECTOR, ahead of the first parenthesis. */
function isAboutConnector(statement: readonly Lexeme[]): boolean {
  let before = '';
  for (const { text, isBlank } of statement) {
    if (isBlank) continue;
    if (text === '(') return false;
    const word = text.toUpperCase();
    if (word === 'CONNECTOR' && /^(?:CREATE|SOURCE|SINK)$/.test(before)) return true;
    before = word;
  }
  return false;
}

function maskStatement(statement: readonly Lexeme[], maskOf: (value: string) => string): string {
  const words = statement.flatMap(({ isBlank }, index) => (isBlank ? [] : [index]));
  const textAt = (place: number): string => statement[words[place] ?? -1]?.text ?? '';
  const hidden = new Set<number>();
  words.forEach((index, place) => {
    if (textAt(place + 1) === '=') return;
    const afterSign = /^[+-]$/.test(textAt(place - 1)) && textAt(place - 2) === '=';
    const isValue = textAt(place - 1) === '=' || afterSign;
    if (!isValue && !/^['"`]/.test(textAt(place))) return;
    const name = textAt(place - (afterSign ? 3 : 2));
    if (isValue && nameOf(name) === SHOWN) return;
    if (isQuotedName(textAt(place)) && !isValue) return;
    if (!/^[+-]$/.test(textAt(place))) hidden.add(index);
  });
  return statement.map(({ text }, index) => (hidden.has(index) ? maskOf(text) : text)).join('');
}

/** A name in quotes, such as that of the connector; one that is never closed may be anything. */
function isQuotedName(text: string): boolean {
  return text.length > 1 && /^["`]/.test(text) && text.at(-1) === text[0];
}

function nameOf(text: string): string {
  return text.replace(/^(['"`])(.*)\1$/s, '$2').toLowerCase();
}

function joined(statement: readonly Lexeme[]): string {
  return statement.map(({ text }) => text).join('');
}

/** A mask of the same length and kind, so that everything stays in its place and a mistake the same mistake. */
export function blank(value: string): string {
  const [quote = ''] = value;
  if (/^['"`]/.test(quote)) {
    const isClosed = value.length > 1 && value.at(-1) === quote;
    return `${quote}${'*'.repeat(value.length - (isClosed ? 2 : 1))}${isClosed ? quote : ''}`;
  }
  if (/^(?:true|false|null)$/i.test(value)) return value;
  return value.replaceAll(/\d/g, '9').replaceAll(/\p{L}/gu, (letter) => 'x'.repeat(letter.length));
}
