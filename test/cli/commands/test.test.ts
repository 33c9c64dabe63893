import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '../../../cli/main.ts';
import { EXIT } from '../../../cli/exit-codes.ts';
import { captureSurroundings } from '../captured-surroundings.ts';

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-test-command-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function file(name: string, text: string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, text);
  return path;
}

async function run(...argv: string[]) {
  const surroundings = captureSurroundings();
  const exitCode = await runCommand(['test', ...argv], surroundings);
  return { exitCode, output: surroundings.outputText(), errors: surroundings.errorText() };
}

const STATEMENTS = `CREATE STREAM orders (id INT KEY, price DECIMAL(6, 2), note STRING)
  WITH (KAFKA_TOPIC='orders', VALUE_FORMAT='JSON');
CREATE STREAM dear AS SELECT * FROM orders WHERE price > 5;`;

const INPUT = {
  inputs: [
    { topic: 'orders', key: 1, value: { price: 9.5, note: 'a' }, timestamp: 10 },
    { topic: 'orders', key: 2, value: { price: 1, note: 'b' }, timestamp: 20 },
  ],
};

const OUTPUT =
  '{"outputs": [{"topic": "DEAR", "key": 1, "value": {"PRICE": 9.50, "NOTE": "a"}, "timestamp": 10}]}';

async function recordOutcome(output: string) {
  return run(
    '--statements',
    await file('statements.sql', STATEMENTS),
    '--input',
    await file('input.json', JSON.stringify(INPUT)),
    '--output',
    await file('output.json', output),
  );
}

describe('statements with records in files', () => {
  test('pass when the records come out as expected', async () => {
    expect(await recordOutcome(OUTPUT)).toEqual({
      exitCode: EXIT.OK,
      output: 'Test passed!\n',
      errors: '',
    });
  });

  test.each([
    ['a value', '"a"', '"b"', 'value.NOTE: expected "b", found "a"'],
    ['a key', '"key": 1', '"key": 2', 'key: expected 2, found 1'],
    ['the digits of a decimal', '9.50', '9.5', 'value.PRICE: expected 9.5, found 9.50'],
    ['a timestamp', '"timestamp": 10', '"timestamp": 11', 'timestamp: expected 11, found 10'],
    ['a field', ', "NOTE": "a"', '', 'value: expected {"PRICE":9.50}'],
    ['a topic', '"DEAR"', '"OTHER"', 'OTHER: expected 1 records, found 0'],
  ])('fail when %s differs', async (_, piece, by, message) => {
    const { exitCode, errors } = await recordOutcome(OUTPUT.replace(piece, by));
    expect(exitCode).toBe(EXIT.FAILED);
    expect(errors).toContain(message);
  });

  test('say which file is missing and which option', async () => {
    const statements = await file('statements.sql', STATEMENTS);
    const missing = await run('--statements', statements, '--output', join(directory, 'none.json'));
    expect(missing.exitCode).toBe(EXIT.CONFIGURATION);
    expect(missing.errors).toContain('none.json');
    expect((await run('--statements', statements)).errors).toContain('--output FILE is missing');
    expect((await run()).errors).toContain('Give SQL test files or folders');
    expect((await run('--input', 'x')).exitCode).toBe(EXIT.CONFIGURATION);
  });
});

const SOURCE = `CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', PARTITIONS=1, VALUE_FORMAT='JSON');
CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s GROUP BY k HAVING COUNT(*) < 2;
INSERT INTO s (ROWTIME, k, v) VALUES (7, 1, 10);
INSERT INTO s (ROWTIME, k, v) VALUES (8, 1, 20);
`;

const ASSERTIONS = `ASSERT VALUES s (ROWTIME, k, v) VALUES (7, 1, 10);
ASSERT VALUES s (v) VALUES (20);
ASSERT VALUES t (k, n) VALUES (1, 1);
ASSERT NULL VALUES t (k) KEY (1);
ASSERT STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', KEY_FORMAT='KAFKA', VALUE_FORMAT='JSON');
ASSERT TABLE t WITH (KAFKA_TOPIC='T', VALUE_FORMAT='JSON', WRAP_SINGLE_VALUE=true);
`;

async function sqlOutcome(text: string) {
  return run(await file('own.sql', text));
}

function expected(message: string): string {
  return `--@test: error\n--@expected.error: any.Class\n--@expected.message: ${message}\n`;
}

describe('SQL test files', () => {
  test.each(['AVRO', 'PROTOBUF', 'JSON_SR'])('read rows of %s by their schemas', async (format) => {
    const { errors, exitCode } = await sqlOutcome(
      `--@test: schemas\n${SOURCE}${ASSERTIONS}`.replaceAll(
        "VALUE_FORMAT='JSON'",
        `VALUE_FORMAT='${format}'`,
      ),
    );
    expect({ errors, exitCode }).toEqual({ errors: '', exitCode: EXIT.OK });
  });

  test('pass when every assertion holds', async () => {
    const { exitCode, output, errors } = await sqlOutcome(`--@test: holds\n${SOURCE}${ASSERTIONS}`);
    expect({ output, errors, exitCode }).toEqual({
      output: '1 of 1 tests passed\n',
      errors: '',
      exitCode: EXIT.OK,
    });
  });

  test.each([
    [
      'a value',
      '(20)',
      '(21)',
      'line 7: ASSERT VALUES s (v) VALUES (21);\n    V: expected 21, found 20',
    ],
    ['a time', '(7, 1, 10)', '(6, 1, 10)', 'ROWTIME: expected 6, found 7'],
    [
      'a tombstone',
      'NULL VALUES t (k) KEY (1)',
      'VALUES t (k, n) VALUES (1, 2)',
      'expected values, found tombstone',
    ],
    [
      'a row that is no tombstone',
      'VALUES t (k, n) VALUES (1, 1)',
      'NULL VALUES t (k) KEY (1)',
      'expected tombstone, found values',
    ],
    ['a schema', 'v INT)', 'v BIGINT)', 'schema: expected `K` INTEGER KEY, `V` BIGINT'],
    ['a topic', "KAFKA_TOPIC='T'", "KAFKA_TOPIC='t'", 'topic: expected t, found T'],
    [
      'a format',
      "KEY_FORMAT='KAFKA'",
      "KEY_FORMAT='JSON'",
      'key format: expected JSON, found KAFKA',
    ],
    ['a kind', 'ASSERT TABLE t', 'ASSERT STREAM t', 'kind: expected STREAM, found TABLE'],
    ['the wrapping', 'VALUE=true', 'VALUE=false', 'wrapping: expected false, found true'],
    [
      'a number of records',
      'ASSERT STREAM',
      'ASSERT VALUES s (v) VALUES (1);\nASSERT STREAM',
      'expected another record of S, found none',
    ],
  ])('fail when %s differs', async (_, piece, by, message) => {
    const text = ASSERTIONS.replace(piece, by);
    expect(text).not.toBe(ASSERTIONS);
    const { exitCode, output } = await sqlOutcome(`--@test: differs\n${SOURCE}${text}`);
    expect(output).toContain(message);
    expect(exitCode).toBe(EXIT.FAILED);
  });

  test('expect errors, and fail when there is none or another one', async () => {
    const wrong = 'CREATE STREAM o AS SELECT * FROM missing;\n';
    expect((await sqlOutcome(`${expected('does not exist')}${wrong}`)).exitCode).toBe(EXIT.OK);
    expect((await sqlOutcome(`${expected('something else')}${wrong}`)).output).toContain(
      'line 4: expected an error with "something else"',
    );
    expect((await sqlOutcome(`${expected('does not exist')}${SOURCE}`)).output).toContain(
      'expected an error, but every statement ran',
    );
    expect((await sqlOutcome(`--@test: none\n${wrong}`)).output).toContain(
      'line 2: CREATE STREAM o',
    );
  });

  test('run scripts beside them, with properties and variables that stay', async () => {
    await file('source.sql', SOURCE.replace("'s'", "'${place}'"));
    const text = `--@test: script
SET 'ksql.output.topic.name.prefix' = 'pre-';
DEFINE place = 'other';
RUN SCRIPT 'source.sql';
ASSERT STREAM s WITH (KAFKA_TOPIC='other');
ASSERT TABLE t WITH (KAFKA_TOPIC='pre-T');
--@test: no script
RUN SCRIPT 'nowhere.sql';
`;
    const { output } = await sqlOutcome(text);
    expect(output).toContain('1 of 2 tests passed');
    expect(output).toContain('the script nowhere.sql cannot be read');
  });

  test('call functions of a module', async () => {
    const module = await file(
      'functions.mjs',
      `export const scalars = [{
        name: 'TWICE', displayName: 'twice', category: 'OTHER', description: 'Twice.', examples: [],
        overloads: [{
          parameters: [{ name: 'value', type: { kind: 'INTEGER' }, onNull: 'RETURN_NULL' }],
          variadic: false, returnType: () => ({ kind: 'INTEGER' }), create: () => (value) => 2 * value,
        }],
      }];`,
    );
    const path = await file(
      'functions.sql',
      `--@test: twice\n${SOURCE}CREATE STREAM o AS SELECT k, TWICE(v) AS w FROM s;\nASSERT VALUES o (w) VALUES (20);\n`,
    );
    expect((await run(path, '--functions', module)).exitCode).toBe(EXIT.OK);
  });

  test('are refused when they hold no tests or what makes no sense', async () => {
    expect((await sqlOutcome('')).exitCode).toBe(EXIT.CONFIGURATION);
    expect((await sqlOutcome('SELECT 1;')).errors).toContain('begins with a line "--@test: name"');
    expect((await sqlOutcome('--@test: a\n--@odd: b\n')).errors).toContain(
      'unknown directive --@odd',
    );
  });
});
