import { describe, expect, test } from 'vitest';
import { runSection } from './runner.ts';
import { parseScript, rowTexts } from './script.ts';

const STREAM = `CREATE STREAM s (k INT KEY, v INT)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
INSERT INTO s (k, v, ROWTIME) VALUES (1, 10, 5);`;

/** Runs one test of a script over a stream with the one record `1 -> 10` of time 5. */
async function run(statements: string): Promise<void> {
  const [section] = parseScript(`--@test: it\n${STREAM}\n${statements}`);
  await runSection(section!);
}

describe('a script fails when', () => {
  test.each([
    ['a value differs', 'ASSERT VALUES s (k, v) VALUES (1, 11);', 'V: expected 11, found 10'],
    ['the key differs', 'ASSERT VALUES s (k, v) VALUES (2, 10);', 'K: expected 2, found 1'],
    ['the time differs', 'ASSERT VALUES s (ROWTIME) VALUES (6);', 'ROWTIME: expected 6, found 5'],
    ['NULL is expected', 'ASSERT VALUES s (v) VALUES (NULL);', 'V: expected null, found 10'],
    [
      'a tombstone is expected',
      'ASSERT NULL VALUES s (k) KEY (1);',
      'expected tombstone, found values: [1,10]',
    ],
    [
      'another record is expected',
      'ASSERT VALUES s (v) VALUES (10);'.repeat(2),
      'expected another record of S, found none',
    ],
    [
      'the source differs',
      "ASSERT STREAM s (k INT KEY, v BIGINT) WITH (KAFKA_TOPIC='s');",
      '`V` BIGINT',
    ],
    ['a record is left', 'ASSERT NO MORE VALUES s;', '1 more records'],
    ['the column does not exist', 'ASSERT VALUES s (w) VALUES (10);', 'no column W'],
    ['the source does not exist', 'ASSERT VALUES t (v) VALUES (10);', 'no source T'],
    ['a row differs', '--@rows: [[1, 11]]\nSELECT * FROM s;', '[1,11]'],
    ['a row is missing', '--@rows: [[1, 10], [1, 10]]\nSELECT * FROM s;', '[1,10]'],
    ['a row is too many', '--@rows: []\nSELECT * FROM s;', '[1,10]'],
    ['rows are not given', 'SELECT * FROM s;', 'needs --@rows'],
    ['an expected error does not come', '--@expect.error: x\nDROP STREAM s;', 'carried out'],
    ['a SELECT gives rows', '--@expect.error: x\nSELECT v FROM s;', 'it gave [10]'],
    [
      'the error is another one',
      '--@expect.error: xyzzy\nDROP STREAM t;',
      'expected an error with',
    ],
    ['an error is not expected', 'DROP STREAM t;', 'T does not exist'],
    ['ASSERT has another form', 'ASSERT ROWS s;', 'no such form of ASSERT'],
  ])('%s', async (_case, statements, message) => {
    await expect(run(statements)).rejects.toThrow(message);
  });

  test('the order of rows differs, unless any order will do', async () => {
    const insert = 'INSERT INTO s (k, v) VALUES (2, 20);';
    await run(`${insert}\n--@rows.unordered: [[2, 20], [1, 10]]\nSELECT * FROM s;`);
    const ordered = run(`${insert}\n--@rows: [[2, 20], [1, 10]]\nSELECT * FROM s;`);
    await expect(ordered).rejects.toThrow('expected');
  });
});

test('a failure names the line and the statement', async () => {
  await expect(run('\n\nASSERT VALUES s (v) VALUES (11);')).rejects.toThrow(
    'line 7: ASSERT VALUES s (v) VALUES (11);\nV: expected 11, found 10',
  );
});

describe('parseScript', () => {
  test('cuts tests, statements and directives', () => {
    const text = `-- what this is about
--@test: first; one
-- a remark
--@clock: 7
--@rows: [[';']]
SELECT ';' FROM s; DROP STREAM s;
--@test:   second
`;
    expect(parseScript(text)).toEqual([
      {
        name: 'first; one',
        line: 2,
        steps: [
          {
            directives: [
              { name: 'clock', argument: '7' },
              { name: 'rows', argument: "[[';']]" },
            ],
            sql: "SELECT ';' FROM s;",
            line: 6,
          },
          { directives: [], sql: 'DROP STREAM s;', line: 6 },
        ],
      },
      { name: 'second', line: 7, steps: [] },
    ]);
  });

  test.each([
    ['', 'begins with a line'],
    ['SELECT 1;\n--@test: a', 'begins with a line'],
    ['--@test: a\nSELECT 1', 'without its ";"'],
    ['--@test: a\n--@row: []\nSELECT 1;', 'line 2: unknown directive --@row'],
    ['--@test: a\n--@test: b\n--@test: a', 'line 3: a second test "a"'],
  ])('refuses %j', (text, message) => {
    expect(() => parseScript(text)).toThrow(message);
  });
});

test('rowTexts keeps digits, quotes and nesting as they are written', () => {
  expect(rowTexts('[ [1.10, "a, [b"], {"tombstone": ["\\"x", null]} ,[[1], {"k": 2}] ]')).toEqual([
    '[1.10,"a, [b"]',
    '{"tombstone":["\\"x",null]}',
    '[[1],{"k":2}]',
  ]);
  expect(rowTexts('[]')).toEqual([]);
  expect(() => rowTexts('[[1]')).toThrow('JSON array of rows');
});
