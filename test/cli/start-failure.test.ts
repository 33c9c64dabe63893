import { expect, test } from 'vitest';
import { explainStartFailure, fatalExitCode } from '../../cli/start-failure.ts';

const PLACE = { directory: '/data', host: '127.0.0.1', port: 80 };

function failure(fields: object): Error {
  return Object.assign(new Error('it broke'), fields);
}

test.each([
  [{ code: 'EADDRINUSE', syscall: 'listen' }, 69, 'The port 80 on 127.0.0.1 is in use'],
  [{ code: 'EADDRNOTAVAIL', syscall: 'listen' }, 78, '127.0.0.1 is not an address of this machine'],
  [{ code: 'ENOTFOUND', syscall: 'getaddrinfo' }, 78, '127.0.0.1 is not an address'],
  [{ code: 'EACCES', syscall: 'listen' }, 77, 'Listening on 127.0.0.1:80 is not allowed'],
  [{ code: 'EACCES', syscall: 'mkdir' }, 77, 'The data directory /data may not be written'],
  [{ code: 'ENOENT', syscall: 'mkdir' }, 73, 'The data directory /data cannot be made'],
  [{ code: 'EROFS', syscall: 'open' }, 73, 'The data directory /data cannot be made'],
  [{ code: 'UNKNOWN_FORMAT' }, 78, 'it broke'],
  [{ code: 'UNSAFE_DISK' }, 73, 'it broke'],
  [{ code: 'CORRUPT', cause: failure({ code: 'LEVEL_IO_ERROR' }) }, 70, 'it broke'],
  [{ code: 'LEVEL_LOCKED' }, 75, 'The data directory /data is in use by another Millrace'],
  [{ code: 'LEVEL_IO_ERROR', message: 'IO error: /data/LOCK: Permission denied' }, 77, 'owner'],
  [{ code: 'LEVEL_IO_ERROR', message: 'IO error: /data/LOCK: Read-only file system' }, 73, 'EROFS'],
  [{ code: 'LEVEL_IO_ERROR', message: 'IO error: /data/LOCK: Input/output error' }, 74, 'failed'],
])('%o is answered with exit code %i', (fields, exitCode, message) => {
  const explained = explainStartFailure(failure(fields), PLACE);
  expect(explained.exitCode).toBe(exitCode);
  expect(explained.message).toContain(message);
});

test('the reason is found below errors that only add to it', () => {
  const locked = failure({ code: 'LEVEL_LOCKED' });
  const notOpen = failure({ code: 'LEVEL_DATABASE_NOT_OPEN', cause: locked });
  expect(explainStartFailure(failure({ cause: notOpen }), PLACE).exitCode).toBe(75);
});

test('any other error is ours, with its own message', () => {
  expect(explainStartFailure(failure({}), PLACE)).toEqual({
    exitCode: 70,
    message: 'Millrace failed: it broke',
  });
  expect(explainStartFailure('a text', PLACE).message).toBe('Millrace failed: a text');
});

test.each([
  [failure({ code: 'EIO' }), 74],
  [failure({ code: 'DISK_FULL', cause: failure({ code: 'ENOSPC' }) }), 74],
  [failure({ cause: failure({ code: 'LEVEL_IO_ERROR' }) }), 74],
  [failure({ code: 'INTERNAL' }), 70],
  ['a text', 70],
])('a server that cannot go on from %o ends with exit code %i', (error, exitCode) => {
  expect(fatalExitCode(error)).toBe(exitCode);
});
