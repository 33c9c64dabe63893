import { expect, test } from 'vitest';
import { digestToken, parseUsers, Users } from '../../../server/security/users.ts';

const TOKEN = digestToken('mr_secret');

test('a file is read line by line, and all that is wrong with it is told', () => {
  const text = [
    '# comment',
    '',
    `grafana read token ${TOKEN}`,
    'edge write certificate Edge device 7',
    'bad/name read certificate x',
    'eve root token abc',
    'bob read password hunter2',
    'grafana admin certificate grafana',
  ].join('\n');
  const { lines, problems } = parseUsers(text, 'users');
  expect(lines).toEqual([
    { name: 'grafana', role: 'read', kind: 'token', secret: TOKEN },
    { name: 'edge', role: 'write', kind: 'certificate', secret: 'Edge device 7' },
  ]);
  expect(problems).toEqual([
    'users:5: the name must be 1 to 64 letters, digits, or . _ @ -',
    'users:6: the role must be one of read, write, admin',
    'users:6: a token stands here as its digest, $sha256$ and 64 hexadecimal digits; `millrace user add --token` makes one',
    'users:7: a password stands here as its hash; `millrace user add` makes one',
    'users:8: grafana has another role in an earlier line',
  ]);
  expect(problems.join()).not.toContain('hunter2');
});

test('tokens and certificates find their users', () => {
  const users = new Users(
    parseUsers(`g read token ${TOKEN}\ne write certificate edge`, 'users').lines,
  );
  expect(users.byToken('mr_secret')).toEqual({ name: 'g', role: 'read' });
  expect(users.byToken('mr_secreu')).toBeNull();
  expect(users.byCertificate('edge')).toEqual({ name: 'e', role: 'write' });
  expect(users.byCertificate('constructor')).toBeNull();
  expect(users.withPassword('__proto__')).toBeUndefined();
});
