import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { blank, maskConnectorSettings } from '../../grammar/mask-settings.ts';

const mask = (text: string): string => maskConnectorSettings(text, () => "'?'");

test.each([
  [
    'values of all settings but the class are hidden',
    `CREATE SINK CONNECTOR c WITH ('connector.class' = 'a.B', 'db.password' = 'x''y', Url='u', n = 12, t=true);`,
    `CREATE SINK CONNECTOR c WITH ('connector.class' = 'a.B', 'db.password' = '?', Url='?', n = '?', t='?');`,
  ],
  [
    'the class may be written anyhow',
    'create source connector if not exists `my c` with ("Connector.Class"=\'a.B\', "k"=\'s\');',
    'create source connector if not exists `my c` with ("Connector.Class"=\'a.B\', "k"=\'?\');',
  ],
  [
    'comments do not uncover a value',
    `CREATE /* x */ SOURCE CONNECTOR c WITH ('k' /* = */ = -- it is\n 'secret', 'p' = - 5);`,
    `CREATE /* x */ SOURCE CONNECTOR c WITH ('k' /* = */ = -- it is\n '?', 'p' = - '?');`,
  ],
  [
    'a statement with mistakes keeps its secrets',
    `CREATE CONNECTOR c WITH ('k' 'secret', 'a' = "secret", b == 'secret', 'd' = 'secret`,
    `CREATE CONNECTOR c WITH ('?' '?', 'a' = '?', b ='?' '?', 'd' = '?'`,
  ],
  [
    'other statements stay as they are',
    `CREATE STREAM connector (v INT) WITH (KAFKA_TOPIC='s'); DROP CONNECTOR c; CREATE SINK CONNECTOR c WITH (a='b'); SELECT 'x' FROM s;`,
    `CREATE STREAM connector (v INT) WITH (KAFKA_TOPIC='s'); DROP CONNECTOR c; CREATE SINK CONNECTOR c WITH (a='?'); SELECT 'x' FROM s;`,
  ],
])('%s', (_case, text, expected) => {
  expect(mask(text)).toBe(expected);
});

test('any text is taken, and a mask of the same length leaves every other character in its place', () => {
  const part = fc.constantFrom(
    ...`CREATE SOURCE CONNECTOR c WITH ( ) ' " = , ; 'a' 'secret' -- /* */ 5 - \n \${v}`.split(' '),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
      const text = parts.join(' ');
      const masked = maskConnectorSettings(text, blank);
      expect(masked).toHaveLength(text.length);
      for (const [index, character] of [...masked].entries()) {
        if (!/[*x9]/.test(character)) expect(character).toBe(text[index]);
      }
    }),
  );
});

test.each([
  [`'it''s'`, `'*****'`],
  [`'open`, `'****`],
  ['12.5e3', '99.9x9'],
  ['TRUE', 'TRUE'],
  ['hunter2', 'xxxxxx9'],
])('%s is blanked to %s', (value, expected) => {
  expect(blank(value)).toBe(expected);
});
