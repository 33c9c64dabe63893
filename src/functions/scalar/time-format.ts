import { greenwich, serverTimeZone } from '../../sql/time-zone.ts';
import { BIGINT, DATE, INTEGER, STRING, TIME, TIMESTAMP } from '../../sql/types.ts';
import { parameter, type ScalarFunction } from '../function.ts';
import { withPattern, withPatternAndZone } from './pattern-overload.ts';
import { checkedTimestamp } from './time-range.ts';

export const formatDate: ScalarFunction = {
  name: 'FORMAT_DATE',
  displayName: 'format_date',
  category: 'DATE / TIME',
  description:
    'The text of a date by a pattern of Java: yyyy is the year, MM the month, dd the day.',
  examples: [
    { sql: "FORMAT_DATE(CAST('2024-02-29' AS DATE), 'dd/MM/yyyy')", result: "'29/02/2024'" },
    { sql: "FORMAT_DATE(CAST('2024-02-29' AS DATE), 'EEE d MMM')", result: "'Thu 29 Feb'" },
    {
      sql: "FORMAT_DATE(CAST('2024-02-29' AS DATE), '''week'' ww')",
      result: "'week 09'",
    },
  ],
  overloads: [
    withPattern(parameter('date', DATE), STRING, (pattern, days: number) =>
      pattern.formatDate(days),
    ),
  ],
};

export const formatTime: ScalarFunction = {
  name: 'FORMAT_TIME',
  displayName: 'format_time',
  category: 'DATE / TIME',
  description:
    'The text of a time of day by a pattern of Java: HH is the hour, mm the minute, ss the second, SSS the fraction.',
  examples: [
    { sql: "FORMAT_TIME(CAST('14:30:05' AS TIME), 'hh:mm a')", result: "'02:30 PM'" },
    { sql: "FORMAT_TIME(CAST('14:30:05' AS TIME), 'HHmmssSSS')", result: "'143005000'" },
  ],
  overloads: [
    withPattern(parameter('time', TIME), STRING, (pattern, ms: number) => pattern.formatTime(ms)),
  ],
};

export const formatTimestamp: ScalarFunction = {
  name: 'FORMAT_TIMESTAMP',
  displayName: 'format_timestamp',
  category: 'DATE / TIME',
  description:
    'The text of a timestamp by a pattern of Java, in GMT or the time zone that is given.',
  examples: [
    {
      sql: "FORMAT_TIMESTAMP(CAST('2024-02-29T14:30' AS TIMESTAMP), 'yyyy-MM-dd HH:mm')",
      result: "'2024-02-29 14:30'",
    },
    {
      sql: "FORMAT_TIMESTAMP(CAST('2024-07-01T14:30' AS TIMESTAMP), 'HH:mm zzz', 'America/Los_Angeles')",
      result: "'07:30 PDT'",
    },
  ],
  overloads: withPatternAndZone(parameter('timestamp', TIMESTAMP), {
    result: STRING,
    defaultZone: greenwich,
    body: (pattern, zone, ms: number) => pattern.formatTimestamp(ms, zone),
  }),
};

export const dateToString: ScalarFunction = {
  name: 'DATETOSTRING',
  displayName: 'datetostring',
  category: 'DATE / TIME',
  description:
    'The text of a number of days since 1970-01-01 by a pattern of Java; see FORMAT_DATE.',
  examples: [{ sql: "DATETOSTRING(19782, 'yyyy-MM-dd')", result: "'2024-02-29'" }],
  overloads: [
    withPattern(parameter('epochDays', INTEGER, 'FAIL'), STRING, (pattern, days: number) =>
      pattern.formatDate(days),
    ),
  ],
};

export const timestampToString: ScalarFunction = {
  name: 'TIMESTAMPTOSTRING',
  displayName: 'timestamptostring',
  category: 'DATE / TIME',
  description:
    "The text of milliseconds since 1970-01-01T00:00 UTC by a pattern of Java, in the server's time zone or the " +
    'one that is given; see FORMAT_TIMESTAMP.',
  examples: [
    {
      sql: "TIMESTAMPTOSTRING(1709217000000, 'yyyy-MM-dd HH:mm z', 'UTC')",
      result: "'2024-02-29 14:30 UTC'",
    },
  ],
  overloads: withPatternAndZone(parameter('epochMilli', BIGINT, 'FAIL'), {
    result: STRING,
    defaultZone: serverTimeZone,
    body: (pattern, zone, ms: number | bigint) =>
      pattern.formatTimestamp(checkedTimestamp(ms), zone),
  }),
};
