import { describe, expect, test } from 'vitest';
import { compile } from '../../src/expressions/compile.ts';
import { printExpression } from '../../src/expressions/print.ts';
import { EvaluationError } from '../../src/sql/evaluation-error.ts';
import type { Value } from '../../src/sql/types.ts';
import { CONTEXT, row, typed } from '../expressions/typed.ts';

function evaluate(sql: string, values: Parameters<typeof row>[0] = {}): Value {
  return compile(typed(sql), 'stream')(row(values), CONTEXT);
}

describe('arithmetic', () => {
  test.each([
    ['DATEADD(DAYS, I, DT)', { I: -5, DT: 2 }, -3],
    ['DATEADD(MILLISECONDS, I, DT)', { I: -1, DT: 1 }, 0],
    ['DATEADD(MILLISECONDS, I, DT)', { I: -1, DT: 0 }, 0],
    ['DATEADD(HOURS, I, DT)', { I: -25, DT: 0 }, -1],
    ['DATESUB(DAYS, I, DT)', { I: 5, DT: 0 }, -5],
    ['DATESUB(MINUTES, I, DT)', { I: 1440, DT: 1 }, 0],
    ['TIMEADD(MILLISECONDS, I, TM)', { I: 10, TM: 86_399_995 }, 5],
    ['TIMEADD(MILLISECONDS, I, TM)', { I: -5, TM: 2 }, 86_399_997],
    ['TIMEADD(DAYS, I, TM)', { I: 2_147_483_647, TM: 7 }, 7],
    ['TIMEADD(HOURS, I, TM)', { I: 2_147_483_647, TM: 0 }, 25_200_000],
    ['TIMESUB(SECONDS, I, TM)', { I: 1, TM: 0 }, 86_399_000],
    ['TIMESTAMPADD(DAYS, I, TS)', { I: 1, TS: 5 }, 86_400_005],
    ['TIMESTAMPSUB(MILLISECONDS, I, TS)', { I: 10, TS: 5 }, -5],
  ])('%s of %o is %i', (sql, values, expected) => {
    expect(evaluate(sql, values)).toBe(expected);
  });

  test.each([
    ['DATEADD(DAYS, I, DT)', { I: 1, DT: 2_147_483_647 }, 'The date 2147483648 days from'],
    ['TIMESTAMPADD(DAYS, I, TS)', { I: 2_147_483_647, TS: 0 }, 'is out of range'],
    ['FROM_UNIXTIME(L)', { L: 9_223_372_036_854_775_807n }, 'is out of range'],
    ['CONVERT_TZ(TS, S, S)', { TS: 0, S: 'nowhere' }, "There is no time zone 'nowhere'"],
  ])('%s of %o is out of range or wrong', (sql, values, message) => {
    expect(() => evaluate(sql, values)).toThrow(EvaluationError);
    expect(() => evaluate(sql, values)).toThrow(message);
  });

  test('prints the time unit as a word', () => {
    expect(printExpression(typed('DATEADD(DAYS, 1, DT)'))).toBe('DATEADD(DAYS, 1, DT)');
  });

  test('keeps the local time of both zones apart in summer and winter', () => {
    const sql = "CONVERT_TZ(TS, 'America/Los_Angeles', 'Europe/Berlin')";
    expect(evaluate(sql, { TS: 0 })).toBe(9 * 3_600_000);
    const march20 = Date.UTC(2024, 2, 20);
    expect(evaluate(sql, { TS: march20 })).toBe(march20 + 8 * 3_600_000);
  });
});

describe('nulls', () => {
  test.each([
    'DATEADD(DAYS, I, DT)',
    'DATEADD(DAYS, 1, DT)',
    'CONVERT_TZ(TS, S, S)',
    'FROM_UNIXTIME(L)',
    'UNIX_DATE(DT)',
    'UNIX_TIMESTAMP(TS)',
    "FORMAT_DATE(DT, 'yyyy')",
    "FORMAT_TIMESTAMP(FROM_UNIXTIME(0), 'yyyy', S)",
    'PARSE_DATE(S, S)',
    'PARSE_TIME(S, S)',
    'PARSE_TIMESTAMP(S, S, S)',
    'DATETOSTRING(1, S)',
  ])('%s of nulls is null', (sql) => {
    expect(evaluate(sql)).toBeNull();
  });

  test.each([
    'FROM_DAYS(I)',
    "DATETOSTRING(I, 'yyyy')",
    "TIMESTAMPTOSTRING(L, 'yyyy')",
    "STRINGTODATE(S, 'yyyy')",
    "STRINGTODATE('2020', S)",
    "STRINGTOTIMESTAMP(S, 'yyyy')",
    "STRINGTOTIMESTAMP('2020', 'yyyy', S)",
  ])('%s of nulls is an error', (sql) => {
    expect(() => evaluate(sql)).toThrow('an argument that must not be null is');
  });
});

describe('patterns', () => {
  test('may differ from row to row', () => {
    const format = compile(typed('FORMAT_DATE(DT, S)'), 'stream');
    expect(format(row({ DT: 0, S: 'yyyy' }), CONTEXT)).toBe('1970');
    expect(format(row({ DT: 0, S: 'MMM' }), CONTEXT)).toBe('Jan');
    expect(() => format(row({ DT: 0, S: 'foo' }), CONTEXT)).toThrow(
      "The time pattern 'foo' is not valid: Unknown pattern letter: f",
    );
    expect(format(row({ DT: 1, S: 'dd' }), CONTEXT)).toBe('02');
  });

  test('of which there are more than are kept', () => {
    const format = compile(typed('FORMAT_DATE(DT, S)'), 'stream');
    for (let index = 0; index < 250; index++) {
      expect(format(row({ DT: 0, S: `yyyy'${index % 125}'` }), CONTEXT)).toBe(`1970${index % 125}`);
    }
  });

  test.each([
    ["STRINGTODATE('02/2024', 'MM/yyyy')", 'the pattern has to name a year, a month and a day'],
    ["PARSE_DATE('2024-01-01 10', 'yyyy-MM-dd HH')", 'it names a time of day'],
    ["PARSE_TIME('2024 10', 'yyyy HH')", 'the pattern has a part of a date'],
    ["PARSE_TIMESTAMP('2024', 'yyyy', 'Nowhere')", "There is no time zone 'Nowhere'"],
    ["FORMAT_TIME(CAST('10:00' AS TIME), 'yyyy')", 'A time cannot be formatted'],
  ])('%s is an error', (sql, message) => {
    expect(() => evaluate(sql)).toThrow(message);
  });
});
