import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBase64 } from '../../src/sql/base64.ts';

test.each([
  ['', []],
  ['AQID', [1, 2, 3]],
  ['AQI=', [1, 2]],
  ['AQI', [1, 2]],
  ['AQ==', [1]],
  ['AQ', [1]],
  ['+/+/', [251, 255, 191]],
])('%j is %j', (text, expected) => {
  expect(decodeBase64(text)).toEqual(Uint8Array.from(expected));
});

test.each([
  'A',
  'AQ=',
  'AQ===',
  'A===',
  '====',
  '=',
  'AQID=',
  'AQIDAQ=',
  'A=QI',
  'AQ I',
  'A-_Q',
  'ü',
])('%j is not base64', (text) => {
  expect(decodeBase64(text)).toBeNull();
});

test('gives back any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(decodeBase64(Buffer.from(bytes).toString('base64'))).toEqual(new Uint8Array(bytes));
    }),
  );
});

test('reads a text of many megabytes', () => {
  expect(decodeBase64('QUJD'.repeat(4_000_000))).toHaveLength(12_000_000);
});
