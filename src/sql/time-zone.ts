import type { ZoneId } from '@js-joda/core';
import { EvaluationError } from './evaluation-error.ts';
import { joda } from './joda.ts';
import { shownText } from './shown-text.ts';

/** A time zone: a region with its rules, or a fixed offset. */
export type TimeZone = ZoneId;

const ZONES_MAX = 1_000;
const zones = new Map<string, TimeZone>();

/**
 * The time zone of that name: `+0200`, `+02:00`, `Z`, `UTC`, `America/New_York`, and other forms Java knows.
 * @throws EvaluationError when there is none.
 */
export function findTimeZone(name: string): TimeZone {
  const known = zones.get(name);
  if (known !== undefined) return known;
  let zone: TimeZone;
  try {
    zone = joda().ZoneId.of(name);
  } catch {
    throw new EvaluationError(
      `There is no time zone ${shownText(name)}: it is an offset such as +02:00, or a name such as Europe/Berlin`,
    );
  }
  // Names come from rows, so the cache must not grow with them.
  if (zones.size >= ZONES_MAX) zones.clear();
  zones.set(name, zone);
  return zone;
}

/** The zone of timestamps where none is given; its short name is `GMT`. */
export function greenwich(): TimeZone {
  return findTimeZone('GMT');
}

/** The zone this process runs in. */
export function serverTimeZone(): TimeZone {
  return findTimeZone(new Intl.DateTimeFormat().resolvedOptions().timeZone);
}

/**
 * How far the zone is ahead of UTC at an instant, both in milliseconds.
 * @throws EvaluationError for instants the calendar does not reach.
 */
export function zoneOffsetMs(zone: TimeZone, ms: number): number {
  try {
    return zone.rules().offset(joda().Instant.ofEpochMilli(ms)).totalSeconds() * 1000;
  } catch (error) {
    throw new EvaluationError(`The timestamp ${ms} is out of range for time zones`, {
      cause: error,
    });
  }
}
