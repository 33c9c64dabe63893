import { expect, test } from 'vitest';
import { pullTemplate } from '../../src/statements/pull-template.ts';

function literals(sql: string): string[] | undefined {
  return pullTemplate(sql)?.literals.map(({ text }) => text);
}

function key(sql: string): string | undefined {
  return pullTemplate(sql)?.key;
}

test('takes out the literals behind =, and nothing else', () => {
  expect(literals("SELECT 1, 'x' FROM t WHERE a = 'it''s' AND b=12;")).toEqual(["'it''s'", '12']);
  expect(
    literals('SELECT * FROM t WHERE a >= 1 AND b <= 2 AND c != 3 AND d <> 4 AND 5 = e;'),
  ).toEqual([]);
  expect(literals('SELECT * FROM t WHERE a = 1.5 AND b = -1 AND c = 1e3;')).toEqual([]);
  expect(literals('SELECT * FROM t WHERE "=\'1\'" = x AND `= 1` = y;')).toEqual([]);
});

test('texts that differ only in those literals, and in blanks, have one key', () => {
  expect(key("SELECT * FROM t  WHERE a = 'x';")).toBe(key("SELECT * FROM t WHERE a\n= 'a = b';"));
  expect(key("SELECT * FROM t WHERE a = 'x';")).not.toBe(key('SELECT * FROM t WHERE a = 1;'));
  expect(key("SELECT * FROM t WHERE a = 'x' AND n > 1;")).not.toBe(
    key("SELECT * FROM t WHERE a = 'x' AND n > 2;"),
  );
  expect(key("SELECT 'a b' FROM t;")).not.toBe(key("SELECT 'a  b' FROM t;"));
});

test.each([
  'SELECT * FROM t -- comment',
  'SELECT /* comment */ * FROM t;',
  "SELECT * FROM t WHERE a = '${x}';",
  "SELECT * FROM t WHERE a = '\u202e';",
  "SELECT * FROM t WHERE a = 'open",
  `SELECT '${'x'.repeat(3000)}' FROM t;`,
])('leaves %s alone', (sql) => {
  expect(pullTemplate(sql)).toBeNull();
});
