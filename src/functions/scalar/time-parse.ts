import { greenwich, serverTimeZone } from '../../sql/time-zone.ts';
import { BIGINT, DATE, INTEGER, STRING, TIME, TIMESTAMP } from '../../sql/types.ts';
import { LenientDatePattern } from '../../sql/lenient-date-pattern.ts';
import { overloadPerUse, parameter, type ScalarFunction } from '../function.ts';
import { compiledOnce, withPattern, withPatternAndZone } from './pattern-overload.ts';
import { checkedDays } from './time-range.ts';

export const parseDate: ScalarFunction = {
  name: 'PARSE_DATE',
  displayName: 'parse_date',
  category: 'DATE / TIME',
  description:
    "The date that a text begins with, by a pattern of Java's SimpleDateFormat. Reads text in any case and lets " +
    'numbers roll over: the 31st of April is the first of May. A missing month or day is 01.',
  examples: [
    { sql: "PARSE_DATE('29/02/2024', 'dd/MM/yyyy')", result: "'2024-02-29'" },
    { sql: "PARSE_DATE('FEB-2024', 'MMM-yyyy')", result: "'2024-02-01'" },
    { sql: "PARSE_DATE('2024-04-31', 'yyyy-MM-dd')", result: "'2024-05-01'" },
  ],
  overloads: [
    overloadPerUse([parameter('text', STRING), parameter('pattern', STRING)], DATE, () => {
      const compile = compiledOnce((pattern: string) => new LenientDatePattern(pattern));
      return (text: string, pattern: string) => checkedDays(compile(pattern).parse(text));
    }),
  ],
};

export const parseTime: ScalarFunction = {
  name: 'PARSE_TIME',
  displayName: 'parse_time',
  category: 'DATE / TIME',
  description:
    'The time of day that a text names by a pattern of Java. The text has to match as a whole, in any case.',
  examples: [
    { sql: "PARSE_TIME('02:30 pm', 'hh:mm a')", result: "'14:30'" },
    { sql: "PARSE_TIME('143005', 'HHmmss')", result: "'14:30:05'" },
  ],
  overloads: [
    withPattern(parameter('text', STRING), TIME, (pattern, text: string) =>
      pattern.parseTime(text),
    ),
  ],
};

export const parseTimestamp: ScalarFunction = {
  name: 'PARSE_TIMESTAMP',
  displayName: 'parse_timestamp',
  category: 'DATE / TIME',
  description:
    'The timestamp that a text names by a pattern of Java, in GMT or the time zone that is given, unless the text ' +
    'has a zone itself. The text has to match as a whole, in any case; what it does not name is that of 1970-01-01T00:00.',
  examples: [
    {
      sql: "PARSE_TIMESTAMP('29 FEB 2024 14:30', 'dd MMM yyyy HH:mm')",
      result: "'2024-02-29T14:30:00.000'",
    },
    {
      sql: "PARSE_TIMESTAMP('2024-07-01 14:30', 'yyyy-MM-dd HH:mm', 'America/New_York')",
      result: "'2024-07-01T18:30:00.000'",
    },
    {
      sql: "PARSE_TIMESTAMP('2024-07-01 14:30 +0200', 'yyyy-MM-dd HH:mm Z')",
      result: "'2024-07-01T12:30:00.000'",
    },
  ],
  overloads: withPatternAndZone(parameter('text', STRING), {
    result: TIMESTAMP,
    defaultZone: greenwich,
    body: (pattern, zone, text: string) => pattern.parseTimestamp(text, zone),
  }),
};

export const stringToDate: ScalarFunction = {
  name: 'STRINGTODATE',
  displayName: 'stringtodate',
  category: 'DATE / TIME',
  description:
    'How many days after 1970-01-01 the date is that a text names by a pattern of Java, which has to have a year, a ' +
    'month and a day.',
  examples: [{ sql: "STRINGTODATE('29/02/2024', 'dd/MM/yyyy')", result: '19782' }],
  overloads: [
    withPattern(
      parameter('text', STRING, 'FAIL'),
      INTEGER,
      (pattern, text: string) => pattern.parseDate(text),
      'FAIL',
    ),
  ],
};

export const stringToTimestamp: ScalarFunction = {
  name: 'STRINGTOTIMESTAMP',
  displayName: 'stringtotimestamp',
  category: 'DATE / TIME',
  description:
    "Milliseconds since 1970-01-01T00:00 UTC of a text by a pattern of Java, in the server's time zone or the one that " +
    'is given; see PARSE_TIMESTAMP.',
  examples: [
    {
      sql: "STRINGTOTIMESTAMP('2024-02-29 14:30', 'yyyy-MM-dd HH:mm', 'UTC')",
      result: '1709217000000',
    },
  ],
  overloads: withPatternAndZone(parameter('text', STRING, 'FAIL'), {
    result: BIGINT,
    defaultZone: serverTimeZone,
    body: (pattern, zone, text: string) => pattern.parseTimestamp(text, zone),
    onNull: 'FAIL',
  }),
};
