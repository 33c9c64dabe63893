import { zoneOffsetMs, findTimeZone } from '../../sql/time-zone.ts';
import { BIGINT, DATE, INTEGER, STRING, TIMESTAMP } from '../../sql/types.ts';
import { ambientOverload, overload, parameter, type ScalarFunction } from '../function.ts';
import { checkedTimestamp } from './time-range.ts';

const MS_PER_DAY = 86_400_000;

export const fromDays: ScalarFunction = {
  name: 'FROM_DAYS',
  displayName: 'from_days',
  category: 'DATE / TIME',
  description: 'The date that many days after 1970-01-01, or before it when negative.',
  examples: [
    { sql: 'FROM_DAYS(19782)', result: "'2024-02-29'" },
    { sql: 'FROM_DAYS(-1)', result: "'1969-12-31'" },
  ],
  overloads: [overload([parameter('days', INTEGER, 'FAIL')], DATE, (days: number) => days)],
};

export const fromUnixTime: ScalarFunction = {
  name: 'FROM_UNIXTIME',
  displayName: 'from_unixtime',
  category: 'DATE / TIME',
  description: 'The timestamp that many milliseconds after 1970-01-01T00:00 UTC.',
  examples: [{ sql: 'FROM_UNIXTIME(1709164800000)', result: "'2024-02-29T00:00:00.000'" }],
  overloads: [overload([parameter('epochMilli', BIGINT)], TIMESTAMP, checkedTimestamp)],
};

export const unixDate: ScalarFunction = {
  name: 'UNIX_DATE',
  displayName: 'unix_date',
  category: 'DATE / TIME',
  description: 'How many days after 1970-01-01 a date is, or today is.',
  examples: [
    { sql: 'UNIX_DATE() > 19782', result: 'true' },
    { sql: "UNIX_DATE(CAST('2024-02-29' AS DATE))", result: '19782' },
  ],
  overloads: [
    overload([parameter('date', DATE)], INTEGER, (days: number) => days),
    ambientOverload('TIME', INTEGER, (now: number) => Math.floor(now / MS_PER_DAY)),
  ],
};

export const unixTimestamp: ScalarFunction = {
  name: 'UNIX_TIMESTAMP',
  displayName: 'unix_timestamp',
  category: 'DATE / TIME',
  description: 'How many milliseconds after 1970-01-01T00:00 UTC a timestamp is, or it is now.',
  examples: [
    { sql: "UNIX_TIMESTAMP(CAST('2024-02-29T00:00' AS TIMESTAMP))", result: '1709164800000' },
    { sql: 'UNIX_TIMESTAMP() > 1709164800000', result: 'true' },
  ],
  overloads: [
    overload([parameter('timestamp', TIMESTAMP)], BIGINT, (ms: number) => ms),
    ambientOverload('TIME', BIGINT, (now: number) => now),
  ],
};

export const convertTimeZone: ScalarFunction = {
  name: 'CONVERT_TZ',
  displayName: 'convert_tz',
  category: 'DATE / TIME',
  description:
    'A timestamp whose text is the local time of one time zone as the local time of another: moved by how far ' +
    'the second zone is ahead of the first at that timestamp.',
  examples: [
    {
      sql: "CONVERT_TZ(CAST('2024-07-01T12:00' AS TIMESTAMP), '+0200', 'UTC')",
      result: "'2024-07-01T10:00:00.000'",
    },
    {
      sql: "CONVERT_TZ(CAST('2024-07-01T12:00' AS TIMESTAMP), 'UTC', 'America/New_York')",
      result: "'2024-07-01T08:00:00.000'",
    },
  ],
  overloads: [
    overload(
      [
        parameter('timestamp', TIMESTAMP),
        parameter('fromTimeZone', STRING),
        parameter('toTimeZone', STRING),
      ],
      TIMESTAMP,
      (ms: number, from: string, to: string) =>
        checkedTimestamp(
          ms + zoneOffsetMs(findTimeZone(to), ms) - zoneOffsetMs(findTimeZone(from), ms),
        ),
    ),
  ],
};
