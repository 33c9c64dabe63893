import { expect, test } from 'vitest';
import { redact } from '../../../server/security/redact.ts';

test.each([
  [
    `CREATE SINK CONNECTOR c WITH ('connection.url' = 'jdbc:pg://u:pw@db/x', "db.Password"='it''s', x = 'y');`,
    `CREATE SINK CONNECTOR c WITH ('connection.url' = 'jdbc:pg://[redacted]@db/x', "db.Password"='[redacted]', x = 'y');`,
  ],
  [`SET 'sasl.jaas.config' = 'user pw';`, `SET 'sasl.jaas.config' = '[redacted]';`],
  ['authorization: Bearer mr_abcdefgh', 'authorization: Bearer [redacted]'],
  ['GET /ws?access_token=mr_abc&x=1', 'GET /ws?access_token=[redacted]&x=1'],
  [`SELECT * FROM t WHERE name = 'x';`, `SELECT * FROM t WHERE name = 'x';`],
])('%s', (text, expected) => {
  expect(redact(text)).toBe(expected);
});
