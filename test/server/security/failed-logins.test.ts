import { expect, test } from 'vitest';
import { FailedLogins } from '../../../server/security/failed-logins.ts';

test('ten failures within a minute block an address until the minute is over', () => {
  let now = 0;
  const failures = new FailedLogins(() => now);
  for (let i = 0; i < 9; i++) failures.add('10.0.0.1');
  expect(failures.isBlocked('10.0.0.1')).toBe(false);
  failures.add('::ffff:10.0.0.1');
  expect(failures.isBlocked('10.0.0.1')).toBe(true);
  expect(failures.isBlocked('10.0.0.2')).toBe(false);
  now = 59_999;
  expect(failures.isBlocked('10.0.0.1')).toBe(true);
  now = 60_000;
  expect(failures.isBlocked('10.0.0.1')).toBe(false);
});

test('the addresses of one IPv6 network count together', () => {
  const failures = new FailedLogins(() => 0);
  for (let i = 1; i <= 10; i++) failures.add(`2001:db8:1:2::${i}`);
  expect(failures.isBlocked('2001:db8:1:2:3:4:5:6')).toBe(true);
  expect(failures.isBlocked('2001:db8:1:3::1')).toBe(false);
});

test('remembers a bounded number of addresses', () => {
  const failures = new FailedLogins(() => 0);
  for (let i = 0; i < 10; i++) failures.add('first');
  for (let i = 0; i < 10_000; i++) failures.add(`address ${i}`);
  expect(failures.isBlocked('first')).toBe(false);
});
