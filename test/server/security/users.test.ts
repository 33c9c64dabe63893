import { expect, test } from 'vitest';
import { accessOf, formatTopicRule } from '../../../server/security/topic-rules.ts';
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

test('rules about topics are read, and those that could not hold are told', () => {
  const text = [
    `grafana read token ${TOKEN}`,
    'allow grafana read,describe orders.*',
    'allow role:write all *',
    '  allow  *  describe  public',
    'allow bob read orders',
    'allow grafana read',
    'allow grafana steal orders',
    'allow grafana read or*ders',
    'allow role:root read orders',
    'allow read token abc',
  ].join('\n');
  const { rules, problems } = parseUsers(text, 'users');
  expect(rules.slice(0, 3).map(formatTopicRule)).toEqual([
    'allow grafana describe,read orders.*',
    'allow role:write all *',
    'allow * describe public',
  ]);
  expect(problems).toEqual([
    'users:6: a rule is written allow WHO OPERATIONS TOPIC, such as allow alice read,write orders.*',
    'users:7: the operations must be of describe, read, write, create, each once and divided by commas, or all',
    'users:8: the topic must be a name, or the beginning of one with * at the end',
    'users:9: the role must be one of read, write, admin',
    'users:10: the operations must be of describe, read, write, create, each once and divided by commas, or all',
    'users:5: there is no user bob',
  ]);
});

test('somebody may touch what the rules say, and everything when there are none', () => {
  const { lines, rules } = parseUsers(
    `g read token ${TOKEN}\ne write certificate edge\na admin certificate ann\nallow g read a.*\nallow role:write write a.b`,
    'users',
  );
  const users = new Users(lines, rules);
  const g = accessOf(users.byToken('mr_secret')!)!;
  expect([g.allows('read', 'a.b'), g.allows('describe', 'a.'), g.allows('read', 'a')]).toEqual([
    true,
    true,
    false,
  ]);
  expect(g.allows('write', 'a.b')).toBe(false);
  const e = accessOf(users.byCertificate('edge')!)!;
  expect([e.allows('write', 'a.b'), e.allows('write', 'a.bc'), e.allows('read', 'a.b')]).toEqual([
    true,
    false,
    false,
  ]);
  expect(accessOf(users.byCertificate('ann')!)).toBeUndefined();
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
