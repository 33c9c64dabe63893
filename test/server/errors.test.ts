import { describe, expect, test } from 'vitest';
import { DatabaseError } from '../../src/base/errors.ts';
import type { Logger } from '../../src/base/logger.ts';
import { errorBody, errorHeaders, streamErrorBody, toDatabaseError } from '../../server/errors.ts';

class RecordingLogger implements Logger {
  readonly lines: string[] = [];
  debug(): void {}
  info(): void {}
  warn(): void {}
  error(_fields: object, message: string): void {
    this.lines.push(message);
  }
}

describe('the body', () => {
  test('of an error of a statement carries its text and what ran before, in this order', () => {
    const error = new DatabaseError('SYNTAX', 'line 1:2: ...', {
      statementText: 'X',
      entities: [1],
    });
    expect(JSON.stringify(errorBody(error))).toBe(
      '{"@type":"statement_error","error_code":40001,"message":"line 1:2: ...","statementText":"X","entities":[1]}',
    );
  });

  test('of any other error is generic', () => {
    expect(JSON.stringify(errorBody(new DatabaseError('BAD_REQUEST', 'm')))).toBe(
      '{"@type":"generic_error","error_code":40000,"message":"m"}',
    );
  });

  test('inside a stream has code 50000, or 42900 when there was too much of something', () => {
    const codes = (['SYNTAX', 'CORRUPT', 'TOO_MANY', 'TOO_MANY_PUSH_QUERIES'] as const).map(
      (code) => streamErrorBody(new DatabaseError(code, 'm')).error_code,
    );
    expect(codes).toEqual([50000, 50000, 42900, 42900]);
  });
});

test('only what a retry can help says when to retry', () => {
  const seconds = (
    [
      'SYNTAX',
      'INTERNAL',
      'REQUEST_TIMEOUT',
      'STARTING',
      'STOPPING',
      'TOO_MANY',
      'DISK_FULL',
    ] as const
  ).map((code) => errorHeaders(new DatabaseError(code, 'm'))['retry-after']);
  expect(seconds).toEqual([undefined, undefined, undefined, '10', '1', '1', '1']);
});

describe('the log', () => {
  test('has what users are not told, and nothing of their own mistakes', () => {
    const logger = new RecordingLogger();
    const own = new DatabaseError('SYNTAX', 'm');
    expect(toDatabaseError(own, logger)).toBe(own);
    toDatabaseError(new DatabaseError('STARTING', 'm'), logger);
    expect(logger.lines).toEqual([]);
    const told = toDatabaseError(new TypeError('secret'), logger);
    expect([told.code, told.message.includes('secret')]).toEqual(['INTERNAL', false]);
    toDatabaseError(new DatabaseError('CORRUPT', 'm'), logger);
    expect(logger.lines).toEqual(['a request failed for a reason of our own', 'a request failed']);
  });
});
