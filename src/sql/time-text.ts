// Hot path: once per time value that is read or written as text.
import { civilDate, daysInMonth, DAY_MS, epochDays } from './calendar.ts';
import { EvaluationError } from './evaluation-error.ts';
import { shownText } from './shown-text.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const SECOND_MS = 1000;

/** `yyyy-MM-ddTHH:mm:ss.SSS` of epoch milliseconds, in UTC; years beyond 0 to 9999 carry a sign. */
export function formatTimestamp(ms: number): string {
  const days = Math.floor(ms / DAY_MS);
  const time = ms - days * DAY_MS;
  const seconds = Math.floor(time / SECOND_MS) % 60;
  const millis = time % SECOND_MS;
  return `${formatDate(days)}T${formatHourMinute(time)}:${pad(seconds, 2)}.${pad(millis, 3)}`;
}

/** `yyyy-MM-dd` of epoch days; years beyond 0 to 9999 carry a sign. */
export function formatDate(days: number): string {
  const { year, month, day } = civilDate(days);
  return `${formatYear(year)}-${pad(month, 2)}-${pad(day, 2)}`;
}

/** `HH:mm`, or `HH:mm:ss` when the seconds are not zero, of milliseconds of a day; milliseconds are dropped. */
export function formatTime(ms: number): string {
  const seconds = Math.floor(ms / SECOND_MS) % 60;
  const hourMinute = formatHourMinute(ms);
  return seconds === 0 ? hourMinute : `${hourMinute}:${pad(seconds, 2)}`;
}

function formatHourMinute(ms: number): string {
  return `${pad(Math.floor(ms / HOUR_MS), 2)}:${pad(Math.floor(ms / MINUTE_MS) % 60, 2)}`;
}

function formatYear(year: number): string {
  if (year >= 0 && year <= 9999) return pad(year, 4);
  return `${year < 0 ? '-' : '+'}${pad(Math.abs(year), 4)}`;
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}

const YEAR = String.raw`(\d{4}|[+-]\d{4,6})`;
const DATE_TEXT = new RegExp(`^${YEAR}(?:-(\\d\\d)(?:-(\\d\\d))?)?$`);
const WHOLE_DATE_TEXT = new RegExp(`^${YEAR}-(\\d\\d)-(\\d\\d)$`);
const TIME_TEXT = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?$/;
const ZERO_TIME = '00:00:00.000';
const WHOLE_TIME_TEXT = /^\d\d:\d\d:\d\d\.\d{3}$/;
const ZONE_TEXT = /^([+-])(\d\d)(?::?(\d\d))?$/;
const ZONE_MS_MAX = 18 * HOUR_MS;

/**
 * Epoch milliseconds of `yyyy[-MM[-dd]]` or `yyyy-MM-ddT[HH[:mm[:ss[.SSS]]]][zone]`. What is missing
 * is January, the first, or zero; a time is filled up character by character, so `10:2` is 10:20. The
 * zone is `Z`, `+HH`, `+HHmm` or `+HH:mm` and UTC if absent. A day beyond the end of its month, up to
 * 31, is the last of the month.
 * @throws EvaluationError when the text has another form or a field is out of range.
 */
export function parseTimestamp(text: string): number {
  const separator = text.indexOf('T');
  if (separator < 0) {
    const days = parseDays(DATE_TEXT.exec(text), 'CLAMP');
    if (days === null) throw badTimestamp(text);
    return representable(days * DAY_MS, text);
  }
  const days = parseDays(WHOLE_DATE_TEXT.exec(text.slice(0, separator)), 'CLAMP');
  const rest = text.slice(separator + 1);
  const zoneStart = rest.search(/[+-]|Z$/);
  const timeText = zoneStart < 0 ? rest : rest.slice(0, zoneStart);
  const wholeTime = timeText + ZERO_TIME.slice(timeText.length);
  const time = WHOLE_TIME_TEXT.test(wholeTime) ? parseTimeOfDay(wholeTime) : null;
  const zone = zoneStart < 0 ? 0 : parseZone(rest.slice(zoneStart));
  if (days === null || time === null || zone === null) throw badTimestamp(text);
  return representable(days * DAY_MS + time - zone, text);
}

/** Years beyond about 285,000 have no exact number of milliseconds. */
function representable(ms: number, text: string): number {
  if (Number.isSafeInteger(ms)) return ms;
  throw new EvaluationError(
    `Failed to parse timestamp ${shownText(text)}: the year is out of range`,
  );
}

function badTimestamp(text: string): EvaluationError {
  return new EvaluationError(
    `Failed to parse timestamp ${shownText(text)}: the format is yyyy-MM-dd['T'HH:mm:ss.SSS[zone]], ` +
      `shortened from the right as far as yyyy; the zone is Z, +HH, +HHmm or +HH:mm`,
  );
}

/**
 * Epoch days of `yyyy`, `yyyy-MM` or `yyyy-MM-dd`; what is missing is 01.
 * @throws EvaluationError when the text has another form or there is no such day.
 */
export function parseDate(text: string): number {
  const days = parseDays(DATE_TEXT.exec(text), 'REFUSE');
  if (days !== null) return days;
  throw new EvaluationError(
    `Failed to parse date ${shownText(text)}: the format is yyyy-MM-dd, yyyy-MM or yyyy`,
  );
}

/**
 * Milliseconds of the day of `HH:mm[:ss[.fraction]]`; digits of the fraction beyond milliseconds are cut.
 * @throws EvaluationError when the text has another form or there is no such time.
 */
export function parseTime(text: string): number {
  const time = parseTimeOfDay(text);
  if (time !== null) return time;
  throw new EvaluationError(
    `Failed to parse time ${shownText(text)}: the format is HH:mm, HH:mm:ss or HH:mm:ss.SSS`,
  );
}

function parseDays(
  match: RegExpExecArray | null,
  dayBeyondMonth: 'CLAMP' | 'REFUSE',
): number | null {
  if (match === null) return null;
  const year = Number(match[1]);
  const month = Number(match[2] ?? 1);
  const day = Number(match[3] ?? 1);
  if (month < 1 || month > 12 || day < 1 || day > 31) return null;
  const dayMax = daysInMonth(year, month);
  if (day > dayMax && dayBeyondMonth === 'REFUSE') return null;
  return epochDays({ year, month, day: Math.min(day, dayMax) });
}

function parseTimeOfDay(text: string): number | null {
  const match = TIME_TEXT.exec(text);
  if (match === null) return null;
  const hours = Number(match[1]);
  const minutes = Number(match[2]);
  const seconds = Number(match[3] ?? 0);
  const millis = Number((match[4] ?? '').slice(0, 3).padEnd(3, '0'));
  if (hours > 23 || minutes > 59 || seconds > 59) return null;
  return hours * HOUR_MS + minutes * MINUTE_MS + seconds * SECOND_MS + millis;
}

function parseZone(text: string): number | null {
  if (text === 'Z') return 0;
  const match = ZONE_TEXT.exec(text);
  if (match === null) return null;
  const minutes = Number(match[3] ?? 0);
  const magnitude = Number(match[2]) * HOUR_MS + minutes * MINUTE_MS;
  if (minutes > 59 || magnitude > ZONE_MS_MAX) return null;
  return match[1] === '-' ? -magnitude : magnitude;
}
