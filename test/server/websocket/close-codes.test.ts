import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { DatabaseError, type ErrorCode } from '../../../src/base/errors.ts';
import { closeCode, closeReason } from '../../../server/websocket/close-codes.ts';

test.each<[ErrorCode, number]>([
  ['SYNTAX', 1003],
  ['UNKNOWN_SOURCE', 1003],
  ['WRONG_ENDPOINT', 1003],
  ['TOO_MANY_PUSH_QUERIES', 1013],
  ['WAIT_TIMEOUT', 1013],
  ['STOPPING', 1013],
  ['INTERNAL', 1011],
  ['CORRUPT', 1011],
])('%s closes with %i', (code, expected) => {
  expect(closeCode(new DatabaseError(code, 'x'))).toBe(expected);
});

test('a reason of 123 bytes stays, one of 124 is cut', () => {
  expect(closeReason('x'.repeat(123))).toBe('x'.repeat(123));
  expect(closeReason('x'.repeat(124))).toBe(`${'x'.repeat(120)}...`);
  expect(closeReason('é'.repeat(62))).toBe(`${'é'.repeat(60)}...`);
});

test('a reason always fits and never ends in half a character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (message) => {
      const reason = closeReason(message);
      expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(123);
      expect(reason === message || message.startsWith(reason.slice(0, -3))).toBe(true);
      expect(reason.isWellFormed()).toBe(true);
    }),
  );
});
