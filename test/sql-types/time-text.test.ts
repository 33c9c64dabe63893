import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EvaluationError } from '../../src/sql/evaluation-error.ts';
import {
  formatDate,
  formatTime,
  formatTimestamp,
  parseDate,
  parseTime,
  parseTimestamp,
} from '../../src/sql/time-text.ts';

describe('timestamps', () => {
  test.each([
    ['2020', '2020-01-01T00:00:00.000'],
    ['2020-03', '2020-03-01T00:00:00.000'],
    ['2020-03-04', '2020-03-04T00:00:00.000'],
    ['2020-03-04T', '2020-03-04T00:00:00.000'],
    ['2020-03-04T10:2', '2020-03-04T10:20:00.000'],
    ['2020-03-04T10:20:30.5', '2020-03-04T10:20:30.500'],
    ['2020-03-04T10:20:30.123Z', '2020-03-04T10:20:30.123'],
    ['2020-03-04T10:20+0200', '2020-03-04T08:20:00.000'],
    ['2020-03-04T10:20-02:30', '2020-03-04T12:50:00.000'],
    ['2020-03-04T01+02', '2020-03-03T23:00:00.000'],
    ['2021-02-30', '2021-02-28T00:00:00.000'],
    ['2020-02-30T01', '2020-02-29T01:00:00.000'],
    ['0000-01-01', '0000-01-01T00:00:00.000'],
    ['+10000-01-01', '+10000-01-01T00:00:00.000'],
  ])('reads %s as %s', (text, expected) => {
    expect(formatTimestamp(parseTimestamp(text))).toBe(expected);
  });

  test.each([
    '',
    '20',
    '2020-1-1',
    '2020-13',
    '2020-00',
    '2020-01-32',
    '2020-01T10',
    '2020-01-01T24',
    '2020-01-01T10:60',
    '2020-01-01T10:20:30.1234',
    '2020-01-01T10:20+19',
    '2020-01-01T10:20+02:60',
    '2020-01-01 10:20',
    '+999999-01-01',
    ' 2020',
  ])('refuses %j', (text) => {
    expect(() => parseTimestamp(text)).toThrow(EvaluationError);
    expect(() => parseTimestamp(text)).toThrow(`Failed to parse timestamp '${text}'`);
  });

  test('prints what Date prints, also before 1970, and reads it back', () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), (date) => {
        const ms = date.getTime();
        const text = formatTimestamp(ms);
        expect(parseTimestamp(text)).toBe(ms);
        if (date.getUTCFullYear() >= 0 && date.getUTCFullYear() <= 9999) {
          expect(`${text}Z`).toBe(date.toISOString());
        }
      }),
    );
  });
});

describe('dates', () => {
  test.each([
    ['1970-01-01', 0],
    ['1969-12-31', -1],
    ['2000-02-29', 11016],
    ['2020', 18262],
    ['2020-02', 18293],
  ])('reads %s as day %i', (text, days) => {
    expect(parseDate(text)).toBe(days);
  });

  test.each(['2021-02-29', '2021-13-01', '2021-01-00', '21-01-01', '2021-01-01T00', ''])(
    'refuses %j',
    (text) => {
      expect(() => parseDate(text)).toThrow(`Failed to parse date '${text}'`);
    },
  );

  test('reads back every day it prints', () => {
    fc.assert(
      fc.property(fc.integer({ min: -10_000_000, max: 10_000_000 }), (days) => {
        expect(parseDate(formatDate(days))).toBe(days);
      }),
    );
  });
});

describe('times', () => {
  test.each([
    ['10:00', 36_000_000, '10:00'],
    ['10:00:05', 36_005_000, '10:00:05'],
    ['23:59:59.9999', 86_399_999, '23:59:59'],
    ['00:00:00.5', 500, '00:00'],
  ])('reads %s as %i ms and prints %s', (text, ms, printed) => {
    expect(parseTime(text)).toBe(ms);
    expect(formatTime(ms)).toBe(printed);
  });

  test.each(['24:00', '10:60', '10', '1:00', '10:00:60', '10:00:00.', ''])('refuses %j', (text) => {
    expect(() => parseTime(text)).toThrow(`Failed to parse time '${text}'`);
  });
});
