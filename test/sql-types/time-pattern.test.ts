import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EvaluationError } from '../../src/sql/evaluation-error.ts';
import { TimePattern } from '../../src/sql/time-pattern.ts';
import { formatTimestamp } from '../../src/sql/time-text.ts';
import { findTimeZone, greenwich } from '../../src/sql/time-zone.ts';

/** 2018-05-11T21:58:33.006Z */
const MS = 1_526_075_913_006;

function pattern(text: string): TimePattern {
  return new TimePattern(text);
}

function read(patternText: string, text: string, zone = 'GMT'): string {
  return formatTimestamp(pattern(patternText).parseTimestamp(text, findTimeZone(zone)));
}

describe('a timestamp is formatted', () => {
  test.each([
    ['yyyy-MM-dd HH:mm:ss.SSS', '2018-05-11 21:58:33.006'],
    ['yyyyMMddHHmmssSSS', '20180511215833006'],
    ['yy D DDD', '18 131 131'],
    ['EEE EEEE d MMM MMMM', 'Fri Friday 11 May May'],
    ['h:mm a K k', '9:58 PM 9 21'],
    ["yyyy-MM-dd'T'HH:mm:ssX", '2018-05-11T21:58:33Z'],
    ["''yyyy''", "'2018'"],
    ["'it''s' yyyy", "it's 2018"],
    ['G QQQ ww e', 'AD Q2 19 6'],
    ['[yyyy][ Z]', '2018 +0000'],
    ['ppppM', '   5'],
    ['z', 'GMT'],
    ['zzzz', 'Greenwich Mean Time'],
    ['', ''],
  ])('by %s as %s', (text, expected) => {
    expect(pattern(text).formatTimestamp(MS, greenwich())).toBe(expected);
  });

  test.each([
    ['America/Los_Angeles', '14:58 PDT Pacific Daylight Time -07'],
    ['Europe/London', '22:58 BST British Summer Time +01'],
    ['Europe/Berlin', '23:58 CEST Central European Summer Time +02'],
    ['Asia/Kolkata', '03:28 IST India Standard Time +0530'],
    ['Asia/Tokyo', '06:58 JST Japan Standard Time +09'],
    ['UTC', '21:58 UTC Coordinated Universal Time Z'],
    ['+0200', '23:58 +02:00 +02:00 +02'],
    ['-03:30', '18:28 -03:30 -03:30 -0330'],
  ])('in %s', (zone, expected) => {
    const text = pattern('HH:mm z zzzz X').formatTimestamp(MS, findTimeZone(zone));
    expect(text).toBe(expected);
  });

  test('with the standard name in winter', () => {
    const zone = findTimeZone('America/Los_Angeles');
    expect(pattern('zzz').formatTimestamp(0, zone)).toBe('PST');
  });
});

test('dates and times have only their own parts', () => {
  expect(pattern("dd-MM-yyyy'Sophia'").formatDate(-1)).toBe('31-12-1969Sophia');
  expect(pattern("HHmmss'AAAAA'").formatTime(1_234_567)).toBe('002034AAAAA');
  expect(pattern('yyyy[ HH]').formatDate(0)).toBe('1970');
  expect(pattern('yyyy[ z]').formatDate(0)).toBe('1970');
  expect(() => pattern('HH').formatDate(0)).toThrow(
    "A date cannot be formatted with the pattern 'HH': Unsupported field: HourOfDay",
  );
  expect(() => pattern('z').formatDate(0)).toThrow(EvaluationError);
  expect(() => pattern('yyyy').formatTime(0)).toThrow(EvaluationError);
});

describe('a timestamp is read', () => {
  test.each([
    ['yyyy-MM-dd HH:mm:ss.SSS', '2018-05-11 21:58:33.006', '2018-05-11T21:58:33.006'],
    ['yyyyMMddHHmmssSSS', '20180511215833006', '2018-05-11T21:58:33.006'],
    ['yyyyMMddHHmmss', '20180511215833', '2018-05-11T21:58:33.000'],
    ['yyyyMMddHHmmssSSSSSSSSS', '20180511215833006999999', '2018-05-11T21:58:33.006'],
    ['uuuuMMdd', '20180511', '2018-05-11T00:00:00.000'],
    ['yyMMdd', '180511', '2018-05-11T00:00:00.000'],
    ['yyyy', '2018', '2018-01-01T00:00:00.000'],
    ['MMM yyyy', 'MAY 2018', '2018-05-01T00:00:00.000'],
    ['d/M', '3/4', '1970-04-03T00:00:00.000'],
    ['HH:mm', '10:11', '1970-01-01T10:11:00.000'],
    ['mm:ss', '10:11', '1970-01-01T00:10:11.000'],
    ['hh:mm a', '09:30 pM', '1970-01-01T21:30:00.000'],
    ['yyyy-DDD', '2020-060', '2020-02-29T00:00:00.000'],
    ['yyyy-MM-dd', '2021-02-31', '2021-02-28T00:00:00.000'],
    ['MM-dd', '02-30', '1970-02-28T00:00:00.000'],
    ["yyyy-MM-dd'T'HH:mm:ssX", '2018-05-11t21:58:33z', '2018-05-11T21:58:33.000'],
    ['yyyy-MM-dd HH:mm Z', '2018-05-11 21:58 +0200', '2018-05-11T19:58:00.000'],
    ['yyyy-MM-dd HH:mm z', '2018-05-11 14:58 PDT', '2018-05-11T21:58:00.000'],
    ['yyyy-MM-dd HH:mm zzz', '2018-05-11 14:58 bst', '2018-05-11T13:58:00.000'],
    ['yyyy-MM-dd HH:mm zzz', '2018-05-11 14:58 Europe/Paris', '2018-05-11T12:58:00.000'],
    ['yyyy-MM-dd HH:mm zzz', '2018-05-11 14:58 +02:00', '2018-05-11T12:58:00.000'],
    ['zzzz yyyy', 'pacific standard time 2018', '2018-01-01T08:00:00.000'],
    ['EEE MMM dd HH:mm:ss yyyy', 'fri May 11 10:00:00 2018', '2018-05-11T10:00:00.000'],
    ["'it''s' yyyy''", "it's 2018'", '2018-01-01T00:00:00.000'],
    ['ppH:mm', ' 9:30', '1970-01-01T09:30:00.000'],
    ['[yyyy-MM-dd][dd/MM/yyyy]', '11/05/2018', '2018-05-11T00:00:00.000'],
  ])('by %s from %s', (patternText, text, expected) => {
    expect(read(patternText, text)).toBe(expected);
  });

  test('in the zone given, unless the text has one', () => {
    expect(read('yyyy-MM-dd HH:mm', '2018-05-11 14:58', 'America/New_York')).toBe(
      '2018-05-11T18:58:00.000',
    );
    expect(read('yyyy-MM-dd HH:mm X', '2018-05-11 14:58 Z', 'America/New_York')).toBe(
      '2018-05-11T14:58:00.000',
    );
    // The clock went from 2 to 3 that night.
    expect(read('yyyy-MM-dd HH:mm', '2018-03-11 02:30', 'America/New_York')).toBe(
      '2018-03-11T07:30:00.000',
    );
  });

  test.each([
    ['yyyy-MM-dd', '2018-5-11'],
    ['yyyy-MM-dd', '2018-05-11 '],
    ['yyyy-MM-dd', '2018-05-32'],
    ['HH', '25'],
    ['yyyyMMdd', '2018051'],
    ['yyyy-MM-dd EEE', '2018-05-11 Mon'],
    ['z', 'Nowhere/Land'],
    ['z', ''],
    ['yyyy', '+999999'],
    ["yyyy-MM-dd'T'HH:mm:ssX", 'not a timestamp'],
  ])('by %s not from %s', (patternText, text) => {
    expect(() => read(patternText, text)).toThrow(
      `Failed to parse timestamp '${text}' with the pattern '${patternText}': `,
    );
  });

  test('back from its own text, in every zone', () => {
    const zones = ['GMT', 'America/New_York', 'Asia/Kolkata', '+0545', 'Pacific/Auckland'];
    const texts = [
      'yyyy-MM-dd HH:mm:ss.SSS X',
      'yyyyMMddHHmmssSSSZ',
      'E, d MMM yyyy h:mm:ss.SSS a Z',
    ];
    const year10000 = Date.UTC(9999, 11, 30);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: year10000 }),
        fc.constantFrom(...zones),
        fc.constantFrom(...texts.map(pattern)),
        (ms, zone, compiled) => {
          const text = compiled.formatTimestamp(ms, findTimeZone(zone));
          expect(compiled.parseTimestamp(text, greenwich())).toBe(ms);
        },
      ),
      { numRuns: 200 },
    );
  });
});

test('a time has no part of a date', () => {
  expect(pattern('hh:mm:ss a').parseTime('01:00:00 Pm')).toBe(46_800_000);
  expect(pattern('HH:mm:ss.SSS').parseTime('00:00:01.234')).toBe(1234);
  expect(pattern('ss').parseTime('59')).toBe(59_000);
  for (const [patternText, text] of [
    ['yyyy HH', '2020 10'],
    ['MMM', 'Jan'],
    ['d', '1'],
    ['EEE', 'Mon'],
    ['G', 'AD'],
    ['DDD', '060'],
  ] as const) {
    expect(() => pattern(patternText).parseTime(text)).toThrow('the pattern has a part of a date');
  }
});

test('a date needs a year, a month and a day', () => {
  expect(pattern('dd/MM/yyyy').parseDate('29/02/2024')).toBe(19_782);
  expect(pattern('dd/MM/yyyy').parseDate('31/02/2024')).toBe(19_782);
  expect(() => pattern('MM/yyyy').parseDate('02/2024')).toThrow(
    'the pattern has to name a year, a month and a day',
  );
});

test.each([
  ['foo', "The time pattern 'foo' is not valid: Unknown pattern letter: f"],
  ["yyyy'", 'incomplete string literal'],
  ['yyyy]', 'contains ] without previous ['],
  ['zzzzz', 'Too many pattern letters: z'],
  ['yyyy{', 'reserved character'],
  ['y'.repeat(1001), 'it is longer than 1000 characters'],
])('the pattern %s is not valid', (text, message) => {
  expect(() => pattern(text)).toThrow(EvaluationError);
  expect(() => pattern(text)).toThrow(message);
});
