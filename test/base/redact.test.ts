import { expect, test } from 'vitest';
import { redact, redactSetting } from '../../src/base/redact.ts';

test.each([
  [
    `CREATE SINK CONNECTOR c WITH ('connection.url' = 'jdbc:pg://u:pw@db/x', "db.Password"='it''s', x = 'y');`,
    `CREATE SINK CONNECTOR c WITH ('connection.url' = 'jdbc:pg://[redacted]@db/x', "db.Password"='[redacted]', x = 'y');`,
  ],
  [`SET 'sasl.jaas.config' = 'user pw';`, `SET 'sasl.jaas.config' = '[redacted]';`],
  ['authorization: Bearer mr_abcdefgh', 'authorization: Bearer [redacted]'],
  ['GET /ws?access_token=mr_abc&x=1', 'GET /ws?access_token=[redacted]&x=1'],
  [
    'jdbc:pg://db/x?user=u&password=pw&ssl=true;sslPassword=pw',
    'jdbc:pg://db/x?user=u&password=[redacted]&ssl=true;sslPassword=[redacted]',
  ],
  [`SELECT * FROM t WHERE name = 'x';`, `SELECT * FROM t WHERE name = 'x';`],
])('%s', (text, expected) => {
  expect(redact(text)).toBe(expected);
});

test('of a setting with a secret name nothing is shown, of others what is no secret', () => {
  expect(redactSetting('database.password', 'pw')).toBe('[redacted]');
  expect(redactSetting('connection.url', 'jdbc:pg://u:pw@db/x')).toBe('jdbc:pg://[redacted]@db/x');
  expect(redactSetting('tasks.max', '1')).toBe('1');
});

test.each([
  'x'.repeat(1_000_000),
  'secret'.repeat(100_000),
  `'${'secret'.repeat(100_000)}`,
  `?${'secret.'.repeat(100_000)}`,
  'a.b-'.repeat(200_000),
  'a = '.repeat(200_000),
  `${' '.repeat(500_000)}=`,
  "a=''".repeat(200_000),
  'a://b'.repeat(200_000),
  'basic '.repeat(100_000),
])('of a long text takes no long time: %.8s', (text) => {
  const before = process.cpuUsage();
  redact(text);
  const { user } = process.cpuUsage(before);
  expect(user / 1000).toBeLessThan(500);
});
