import { DAY_MS, epochDays } from './calendar.ts';
import { EvaluationError } from './evaluation-error.ts';
import { shownText } from './shown-text.ts';
import { readTimeZone } from './time-zone-names.ts';
import { findTimeZone, zoneOffsetMs } from './time-zone.ts';

const MONTHS =
  'january february march april may june july august september october november december';
const DAYS = 'sunday monday tuesday wednesday thursday friday saturday';

/** What a text says; what it does not say is that of 1970-01-01T00:00 UTC. Months and days count from 1. */
interface Fields {
  year: number;
  month: number;
  day: number;
  dayOfYear: number | null;
  beforeChrist: boolean;
  hours: number;
  hourOfHalf: number | null;
  afternoon: boolean;
  minutes: number;
  seconds: number;
  millis: number;
  /** The zone's id. */
  zone: string | null;
}

/** Reads a text at a position and returns where it stopped; -1 when it does not match. */
type Reader = (text: string, position: number, fields: Fields) => number;

/** Two-digit years are those of this century as far as they begin with 0 to 4, and else of the one before. */
const CENTURY_YEARS = 100;
const PIVOT_YEAR = 1950;

const NUMBERS: Readonly<Record<string, (fields: Fields, value: number) => void>> = {
  d: (fields, value) => (fields.day = value),
  D: (fields, value) => (fields.dayOfYear = value),
  H: (fields, value) => (fields.hours = value),
  k: (fields, value) => (fields.hours = value === 24 ? 0 : value),
  h: (fields, value) => (fields.hourOfHalf = value === 12 ? 0 : value),
  K: (fields, value) => (fields.hourOfHalf = value),
  m: (fields, value) => (fields.minutes = value),
  s: (fields, value) => (fields.seconds = value),
  S: (fields, value) => (fields.millis = value),
  // Known, but a date is not made from them: day of the week by number, weeks, and which Monday of a month.
  u: () => {},
  F: () => {},
  w: () => {},
  W: () => {},
};

/**
 * A pattern of dates as PARSE_DATE takes them: the letters of Java's older SimpleDateFormat (G y M L d D E u F w W a H k
 * h K m s S z Z X). Text is read in any case, numbers beyond their range roll over into the next month or year, and what
 * follows the match is ignored.
 */
export class LenientDatePattern {
  readonly #pattern: string;
  readonly #readers: readonly Reader[];

  /** @throws EvaluationError naming what is wrong with the pattern. */
  constructor(pattern: string) {
    this.#pattern = pattern;
    this.#readers = compile(pattern);
  }

  /**
   * Epoch days of the text.
   * @throws EvaluationError when it does not match, or names a time of day.
   */
  parse(text: string): number {
    const fields: Fields = {
      year: 1970,
      month: 1,
      day: 1,
      dayOfYear: null,
      beforeChrist: false,
      hours: 0,
      hourOfHalf: null,
      afternoon: false,
      minutes: 0,
      seconds: 0,
      millis: 0,
      zone: null,
    };
    let position = 0;
    for (const read of this.#readers) {
      const next = read(text, position, fields);
      if (next < 0) throw this.#failed(text, `it does not match at position ${position + 1}`);
      position = next;
    }
    const ms = epochMs(fields);
    if (!Number.isSafeInteger(ms)) throw this.#failed(text, 'the year is out of range');
    if (ms % DAY_MS !== 0) throw this.#failed(text, 'it names a time of day');
    return ms / DAY_MS;
  }

  #failed(text: string, why: string): EvaluationError {
    return new EvaluationError(
      `Failed to parse date ${shownText(text)} with the pattern ${shownText(this.#pattern)}: ${why}`,
    );
  }
}

function epochMs(fields: Fields): number {
  const { hourOfHalf, afternoon, zone } = fields;
  const year = fields.beforeChrist ? 1 - fields.year : fields.year;
  const monthsBefore = fields.dayOfYear === null ? fields.month - 1 : 0;
  const month = (((monthsBefore % 12) + 12) % 12) + 1;
  const first = epochDays({ year: year + Math.floor(monthsBefore / 12), month, day: 1 });
  const days = first + (fields.dayOfYear ?? fields.day) - 1;
  const hours = hourOfHalf === null ? fields.hours : hourOfHalf + (afternoon ? 12 : 0);
  const seconds = (hours * 60 + fields.minutes) * 60 + fields.seconds;
  const local = days * DAY_MS + seconds * 1000 + fields.millis;
  return zone === null ? local : local - zoneOffsetMs(findTimeZone(zone), local);
}

/** Quoted text, where two quotes are one; a run of one letter; any other character. */
const PIECES = /'((?:[^']|'')*)'|([A-Za-z])\2*|[^]/g;

interface Piece {
  readonly letter: string | null;
  readonly text: string;
}

function compile(pattern: string): readonly Reader[] {
  const pieces: Piece[] = Array.from(pattern.matchAll(PIECES), ([text, quoted, letter]) => {
    if (text === "'") throw badPattern(pattern, 'a quote is not closed');
    if (letter !== undefined) return { letter, text };
    // Two quotes outside of quotes are a quote as well.
    const literal = quoted === undefined ? text : quoted.replaceAll("''", "'");
    return { letter: null, text: text === "''" ? "'" : literal };
  });
  return pieces.map((piece, index) => {
    const reader = readerOf(piece, isNumber(pieces[index + 1]));
    if (reader !== null) return reader;
    throw badPattern(pattern, `the letter ${piece.letter} has no meaning in it`);
  });
}

function badPattern(pattern: string, why: string): EvaluationError {
  return new EvaluationError(`The date pattern ${shownText(pattern)} is not valid: ${why}`);
}

function isNumber(piece: Piece | undefined): boolean {
  if (piece === undefined || piece.letter === null) return false;
  const { letter, text } = piece;
  if (letter === 'M' || letter === 'L') return text.length < 3;
  return letter === 'y' || letter in NUMBERS;
}

/** @param beforeNumber whether digits follow, so that only as many are read as the pattern has letters. */
function readerOf({ letter, text }: Piece, beforeNumber: boolean): Reader | null {
  const width = beforeNumber ? text.length : Infinity;
  switch (letter) {
    case null:
      return literalReader(text);
    case 'y':
      return numberReader(width, (fields, value, digits) => {
        const isShort = text.length < 3 && digits < 3;
        fields.year = isShort ? fullYear(value) : value;
      });
    case 'M':
    case 'L':
      if (text.length >= 3)
        return nameReader(MONTHS, (fields, index) => (fields.month = index + 1));
      return numberReader(width, (fields, value) => (fields.month = value));
    case 'E':
      return nameReader(DAYS, () => {});
    case 'G':
      return nameReader('bc ad', (fields, index) => (fields.beforeChrist = index === 0));
    case 'a':
      return nameReader('am pm', (fields, index) => (fields.afternoon = index === 1));
    case 'z':
    case 'Z':
    case 'X':
      return readZone;
    default: {
      const set = NUMBERS[letter];
      return set === undefined ? null : numberReader(width, set);
    }
  }
}

function fullYear(value: number): number {
  const year = PIVOT_YEAR - (PIVOT_YEAR % CENTURY_YEARS) + value;
  return year < PIVOT_YEAR ? year + CENTURY_YEARS : year;
}

function literalReader(literal: string): Reader {
  const wanted = literal.toLowerCase();
  return (text, position) => {
    const end = position + literal.length;
    return text.slice(position, end).toLowerCase() === wanted ? end : -1;
  };
}

const DIGITS_MAX = 9;

function numberReader(
  width: number,
  set: (fields: Fields, value: number, digits: number) => void,
): Reader {
  return (text, position, fields) => {
    let start = position;
    // Blanks may stand before a number, but not where the number of digits is given.
    if (width === Infinity) while (text[start] === ' ') start++;
    let end = start;
    while (end - start < width && /^\d$/.test(text[end] ?? '')) end++;
    const digits = end - start;
    if (digits === 0 || digits > DIGITS_MAX) return -1;
    set(fields, Number(text.slice(start, end)), digits);
    return end;
  };
}

/** Reads a whole name or its first three letters. */
function nameReader(names: string, set: (fields: Fields, index: number) => void): Reader {
  const candidates = names.split(' ').flatMap((name, index) => [
    { text: name, index },
    { text: name.slice(0, 3), index },
  ]);
  // The longest match counts.
  candidates.sort((a, b) => b.text.length - a.text.length);
  return (text, position, fields) => {
    const rest = text.slice(position, position + 10).toLowerCase();
    const found = candidates.find((candidate) => rest.startsWith(candidate.text));
    if (found === undefined) return -1;
    set(fields, found.index);
    return position + found.text.length;
  };
}

function readZone(text: string, position: number, fields: Fields): number {
  const found = readTimeZone(text.slice(position));
  if (found === null) return -1;
  fields.zone = found.id;
  return position + found.length;
}
