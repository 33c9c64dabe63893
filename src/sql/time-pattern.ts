import type { DateTimeFormatter, DateTimeFormatterBuilder, TemporalAccessor } from '@js-joda/core';
import { DAY_MS, daysInMonth, epochDays } from './calendar.ts';
import { EvaluationError } from './evaluation-error.ts';
import { joda } from './joda.ts';
import { shownText } from './shown-text.ts';
import { appendZoneName } from './time-pattern-zone.ts';
import type { TimeZone } from './time-zone.ts';

const NANOS_PER_MS = 1_000_000;

/**
 * A pattern of Java's DateTimeFormatter, such as `yyyy-MM-dd HH:mm:ss`: English names, read in any case, and a day
 * beyond the end of its month, up to 31, is the last of the month. All methods throw EvaluationError, when the pattern
 * asks for something the value does not have, or the text does not match.
 */
export class TimePattern {
  /** The pattern itself. */
  readonly text: string;
  readonly #writer: DateTimeFormatter;
  readonly #reader: DateTimeFormatter;

  /** @throws EvaluationError naming what is wrong with the pattern. */
  constructor(pattern: string) {
    this.text = pattern;
    const { DateTimeFormatterBuilder, US } = joda();
    try {
      if (pattern.length > PATTERN_LENGTH_MAX) {
        throw new RangeError(`it is longer than ${PATTERN_LENGTH_MAX} characters`);
      }
      const pieces = pattern.match(PIECES) ?? [];
      const writer = new DateTimeFormatterBuilder();
      this.#writer = appendPattern(writer, pieces).toFormatter().withLocale(US);
      const reader = new DateTimeFormatterBuilder().parseCaseInsensitive();
      this.#reader = appendPatternForReading(reader, pieces).toFormatter().withLocale(US);
    } catch (error) {
      throw new EvaluationError(
        `The time pattern ${shownText(pattern)} is not valid: ${reason(error)}`,
        { cause: error },
      );
    }
  }

  /** @param days epoch days. */
  formatDate(days: number): string {
    return this.#format('date', () => joda().LocalDate.ofEpochDay(days));
  }

  /** @param ms milliseconds of the day. */
  formatTime(ms: number): string {
    return this.#format('time', () => joda().LocalTime.ofNanoOfDay(ms * NANOS_PER_MS));
  }

  /** @param ms epoch milliseconds. */
  formatTimestamp(ms: number, zone: TimeZone): string {
    return this.#format('timestamp', () => {
      const { Instant, ZonedDateTime } = joda();
      return ZonedDateTime.ofInstant(Instant.ofEpochMilli(ms), zone);
    });
  }

  #format(what: string, valueOf: () => TemporalAccessor): string {
    try {
      return this.#writer.format(valueOf());
    } catch (error) {
      throw new EvaluationError(
        `A ${what} cannot be formatted with the pattern ${shownText(this.text)}: ${reason(error)}`,
        { cause: error },
      );
    }
  }

  /** Epoch days; the text has to name a whole date. */
  parseDate(text: string): number {
    const date = this.#parse('date', text).query(joda().TemporalQueries.localDate());
    if (date !== null) return date.toEpochDay();
    throw this.#failed('date', text, 'the pattern has to name a year, a month and a day');
  }

  /** Milliseconds of the day; what the pattern does not have is zero. It must have no part of a date. */
  parseTime(text: string): number {
    const fields = this.#parse('time', text);
    const { ChronoField } = joda();
    for (const field of [
      ChronoField.ERA,
      ChronoField.YEAR,
      ChronoField.MONTH_OF_YEAR,
      ChronoField.DAY_OF_YEAR,
      ChronoField.DAY_OF_MONTH,
      ChronoField.DAY_OF_WEEK,
    ]) {
      if (fields.isSupported(field)) {
        throw this.#failed('time', text, 'the pattern has a part of a date');
      }
    }
    return timeOf(fields);
  }

  /**
   * Epoch milliseconds; what the pattern does not have is that of 1970-01-01T00:00.
   * @param zone where the text itself names none.
   */
  parseTimestamp(text: string, zone: TimeZone): number {
    const fields = this.#parse('timestamp', text);
    const ms = dateOf(fields) * DAY_MS + timeOf(fields);
    const { LocalDateTime, TemporalQueries, ZoneOffset } = joda();
    const seconds = Math.floor(ms / 1000);
    try {
      const local = LocalDateTime.ofEpochSecond(seconds, 0, ZoneOffset.UTC);
      const zoned = local.atZone(fields.query(TemporalQueries.zone()) ?? zone);
      const result = zoned.toEpochSecond() * 1000 + (ms - seconds * 1000);
      if (Number.isSafeInteger(result)) return result;
    } catch (error) {
      throw this.#failed('timestamp', text, reason(error), error);
    }
    throw this.#failed('timestamp', text, 'the year is out of range');
  }

  #parse(what: string, text: string): TemporalAccessor {
    try {
      return this.#reader.parse(text);
    } catch (error) {
      throw this.#failed(what, text, reason(error), error);
    }
  }

  #failed(what: string, text: string, why: string, cause?: unknown): EvaluationError {
    return new EvaluationError(
      `Failed to parse ${what} ${shownText(text)} with the pattern ${shownText(this.text)}: ${why}`,
      { cause },
    );
  }
}

const PATTERN_LENGTH_MAX = 1_000;
/** Quoted text, where two quotes are one; a letter with its repetitions and its padding; anything else. */
const PIECES = /'(?:[^']|'')*'?|p*([A-Za-z])\1*|[^A-Za-z']+/g;
/** Elements that are always the same number of digits. */
const FIXED_DIGITS = /^(?:[yu]{4}|[yu]{2}|MM|dd|DDD|HH|hh|KK|kk|mm|ss|S+)$/;
/** Elements that may be digits, which those behind them must be told apart from. */
const DIGITS = /^(?:[yuYDdFwWHhKkmsSAnN]+|[MLQqec]{1,2})$/;
const ZONE_NAME = /^z{1,4}$/;

/** Hands the pattern to the library, but for names of zones, which it does not know as Java does. */
function appendPattern(
  builder: DateTimeFormatterBuilder,
  pieces: readonly string[],
): DateTimeFormatterBuilder {
  let plain = '';
  for (const piece of [...pieces, '']) {
    const zone = ZONE_NAME.test(piece);
    if (!zone) plain += piece;
    if ((zone || piece === '') && plain !== '') {
      builder.appendPattern(plain);
      plain = '';
    }
    if (zone) appendZoneName(builder, piece.length < 4 ? 'short' : 'long');
  }
  return builder;
}

/**
 * The same for reading. Of elements without anything between them, `yyyyMMddHHmmssSSS`, the library reads at most 15
 * digits at once, and no fractions; where all have a fixed number of digits, they are read one by one instead.
 */
function appendPatternForReading(
  builder: DateTimeFormatterBuilder,
  pieces: readonly string[],
): DateTimeFormatterBuilder {
  const { ChronoField } = joda();
  for (const group of digitGroups(pieces)) {
    if (group.length === 1 || !group.every((piece) => FIXED_DIGITS.test(piece))) {
      appendPattern(builder, group);
      continue;
    }
    for (const piece of group) {
      if (/^[yu]{4}$/.test(piece)) {
        builder.appendValue(
          piece.startsWith('y') ? ChronoField.YEAR_OF_ERA : ChronoField.YEAR,
          piece.length,
        );
      } else {
        builder.appendPattern(piece);
      }
      // Changes nothing, but ends the group of digits in the library.
      builder.parseStrict();
    }
  }
  return builder;
}

/** The elements of digits that follow one another directly, together; everything else alone. */
function digitGroups(pieces: readonly string[]): readonly (readonly string[])[] {
  const groups: string[][] = [];
  let afterDigits = false;
  for (const piece of pieces) {
    const isDigits = DIGITS.test(piece);
    if (isDigits && afterDigits) groups.at(-1)?.push(piece);
    else groups.push([piece]);
    afterDigits = isDigits;
  }
  return groups;
}

/** Epoch days. */
function dateOf(fields: TemporalAccessor): number {
  const { ChronoField, TemporalQueries } = joda();
  const date = fields.query(TemporalQueries.localDate());
  if (date !== null) return date.toEpochDay();
  const year = fieldOr(fields, ChronoField.YEAR, 1970);
  const month = fieldOr(fields, ChronoField.MONTH_OF_YEAR, 1);
  const day = Math.min(fieldOr(fields, ChronoField.DAY_OF_MONTH, 1), daysInMonth(year, month));
  return epochDays({ year, month, day });
}

/** Milliseconds of the day. */
function timeOf(fields: TemporalAccessor): number {
  const { ChronoField, TemporalQueries } = joda();
  const time = fields.query(TemporalQueries.localTime());
  if (time !== null) return Math.floor(time.toNanoOfDay() / NANOS_PER_MS);
  const hours = fieldOr(fields, ChronoField.HOUR_OF_DAY, 0);
  const minutes = fieldOr(fields, ChronoField.MINUTE_OF_HOUR, 0);
  const seconds = fieldOr(fields, ChronoField.SECOND_OF_MINUTE, 0);
  const nanos = fieldOr(fields, ChronoField.NANO_OF_SECOND, 0);
  return ((hours * 60 + minutes) * 60 + seconds) * 1000 + Math.floor(nanos / NANOS_PER_MS);
}

type Field = Parameters<TemporalAccessor['get']>[0];

function fieldOr(fields: TemporalAccessor, field: Field, otherwise: number): number {
  return fields.isSupported(field) ? fields.get(field) : otherwise;
}

/** The first line of the library's message; the rest is its stack. */
function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n')[0] ?? message;
}
