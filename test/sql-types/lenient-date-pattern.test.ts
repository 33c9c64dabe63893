import { describe, expect, test } from 'vitest';
import { EvaluationError } from '../../src/sql/evaluation-error.ts';
import { LenientDatePattern } from '../../src/sql/lenient-date-pattern.ts';
import { formatDate } from '../../src/sql/time-text.ts';

function read(pattern: string, text: string): string {
  return formatDate(new LenientDatePattern(pattern).parse(text));
}

describe('a date is read', () => {
  test.each([
    ["yyyy-MM-dd'Lit'", '2018-05-11Lit', '2018-05-11'],
    ['dd/MM/yyyy', '11/05/2019', '2019-05-11'],
    ['dd-MMM-yyyy', '01-JAN-2022', '2022-01-01'],
    ['MMMM yyyy', 'september 2022', '2022-09-01'],
    ['MMM-yyyy', 'Jan-2022', '2022-01-01'],
    ['yyyy', '2022', '2022-01-01'],
    ['yyyyMMdd', '20220230', '2022-03-02'],
    ['yyyy-MM-dd', '2022-1-2', '2022-01-02'],
    ['yyyy-MM-dd', '2022-13-01', '2023-01-01'],
    ['yyyy-MM-dd', '2022-00-00', '2021-11-30'],
    ['yyyy-MM-dd', '2022-02-28 and more', '2022-02-28'],
    ['yyyy-DDD', '2024-366', '2024-12-31'],
    ['yy-MM-dd', '49-01-01', '2049-01-01'],
    ['yy-MM-dd', '50-01-01', '1950-01-01'],
    ['E d MMM yyyy', 'mon  3 Sep 2020', '2020-09-03'],
    ['yyyy-MM-dd HH', '2020-01-01 24', '2020-01-02'],
    ['yyyy-MM-dd hh a', '2020-01-01 12 AM', '2020-01-01'],
    ['yyyy-MM-dd z', '2020-01-01 UTC', '2020-01-01'],
    ["yyyy''MM", "2020'05", '2020-05-01'],
    ["yyyy'a''b'", "2020A'b", '2020-01-01'],
    ['yyyy G', '44 BC', '-0043-01-01'],
    ['', 'anything', '1970-01-01'],
  ])('by %s from %s', (pattern, text, expected) => {
    expect(read(pattern, text)).toBe(expected);
  });
});

test.each([
  ['yyyy-MM-dd', 'foo', 'it does not match at position 1'],
  ['yyyy-MM-dd', '2020/01/01', 'it does not match at position 5'],
  ['MMM', 'Foo', 'it does not match at position 1'],
  ['yyyy-MM-dd HH', '2020-01-01 10', 'it names a time of day'],
  ['yyyy-MM-dd z', '2020-01-01 +02:00', 'it names a time of day'],
  ['yyyy', '99999999999', 'it does not match at position 1'],
  ['z', '?', 'it does not match at position 1'],
])('a date is not read by %s from %s', (pattern, text, why) => {
  expect(() => read(pattern, text)).toThrow(
    `Failed to parse date '${text}' with the pattern '${pattern}': ${why}`,
  );
});

test('an invalid pattern is refused', () => {
  expect(() => new LenientDatePattern('foo')).toThrow(EvaluationError);
  expect(() => new LenientDatePattern('foo')).toThrow('the letter f has no meaning in it');
  expect(() => new LenientDatePattern("yyyy'")).toThrow('a quote is not closed');
});
