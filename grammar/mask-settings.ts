import { Scanner } from './scan.ts';

/** The one setting that tells what a connector is and never how it logs in. */
const SHOWN = 'connector.class';

/**
 * The text with the values of connectors' settings replaced, all but that of `connector.class`: which of them are
 * secrets only the connector knows. Everything else stays as it is. Takes any text of any length, so that a statement
 * with a mistake keeps its secrets too.
 * @param maskOf what stands for a value, given as it is written.
 */
export function maskConnectorSettings(text: string, maskOf: (value: string) => string): string {
  if (!/connector/i.test(text)) return text;
  const scanner = new Scanner(text);
  let masked = '';
  let copied = 0;
  let statement = new StatementWords();
  const hideLast = (next: string): void => {
    const value = statement.valueBefore(next);
    if (value === null) return;
    masked += text.slice(copied, value.start) + maskOf(value.text);
    copied = value.start + value.text.length;
  };
  while (scanner.next()) {
    const { kind, start, end } = scanner;
    if (kind === 'space' || kind === 'comment' || kind === 'unclosedComment') continue;
    const word = { text: text.slice(start, end), start };
    hideLast(word.text);
    if (word.text === ';') statement = new StatementWords();
    else statement.add(word);
  }
  hideLast('');
  return masked + text.slice(copied);
}

interface Word {
  readonly text: string;
  readonly start: number;
}

/** What has been read of one statement, as far as it tells what its last word is. */
class StatementWords {
  /** The last four at most; everything that is no blank is a word. */
  readonly #words: Word[] = [];
  /** Null until it is known. */
  #isAboutConnector: boolean | null = null;

  add(word: Word): void {
    // CREATE, SOURCE or SINK stands before CONNECTOR, ahead of the first parenthesis.
    if (this.#isAboutConnector === null) {
      const isBegun = /^(?:CREATE|SOURCE|SINK)$/i.test(this.#textBack(0));
      if (word.text === '(') this.#isAboutConnector = false;
      else if (isBegun && /^connector$/i.test(word.text)) this.#isAboutConnector = true;
    }
    this.#words.push(word);
    if (this.#words.length > 4) this.#words.shift();
  }

  /** The last word if it is what a setting is set to, or may be. @param next the word behind it. */
  valueBefore(next: string): Word | null {
    const last = this.#words.at(-1);
    if (this.#isAboutConnector !== true || last === undefined || next === '=') return null;
    if (isSign(last.text)) return null;
    const signs = isSign(this.#textBack(1)) ? 1 : 0;
    const isValue = this.#textBack(1 + signs) === '=';
    if (isValue) return nameOf(this.#textBack(2 + signs)) === SHOWN ? null : last;
    return /^['"`]/.test(last.text) && !isQuotedName(last.text) ? last : null;
  }

  #textBack(places: number): string {
    return this.#words.at(-1 - places)?.text ?? '';
  }
}

function isSign(text: string): boolean {
  return text === '+' || text === '-';
}

/** A name in quotes, such as that of the connector; one that is never closed may be anything. */
function isQuotedName(text: string): boolean {
  return text.length > 1 && /^["`]/.test(text) && text.at(-1) === text[0];
}

function nameOf(text: string): string {
  return text.replace(/^(['"`])(.*)\1$/s, '$2').toLowerCase();
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
