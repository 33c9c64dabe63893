import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { post } from '../server/clients.ts';
import { cleanUp } from './running-server.ts';
import { startSubject, type Subject } from './subject.ts';

let server: Subject;
beforeAll(async () => {
  server = await startSubject();
});
afterAll(cleanUp);

interface Refusal {
  readonly name: string;
  readonly sql: string;
  readonly message: string | RegExp;
  /** Where the caret stands: under which text of which line; null for a mistake without a place. */
  readonly at: string | null;
  readonly code?: number;
}

const CREATE_W = (properties: string): string => `CREATE STREAM w (a INT) WITH (${properties});`;
const CREATE_TOPIC = (topic: string): string =>
  CREATE_W(`KAFKA_TOPIC='${topic}', VALUE_FORMAT='JSON', PARTITIONS=1`);
const WINDOW = (size: string): string =>
  `CREATE TABLE w AS SELECT user, COUNT(*) FROM clicks WINDOW TUMBLING (SIZE ${size}) GROUP BY user EMIT CHANGES;`;
const INSERT = (values: string): string =>
  `INSERT INTO clicks (user, page, ms) VALUES (${values});`;
const INSERT_PRICE = (column: string, value: string): string =>
  `INSERT INTO prices (item, ${column}) VALUES ('x', ${value});`;
const illegalTopic = (topic: string): string =>
  `The topic name ${JSON.stringify(topic)} is illegal: it may contain ASCII letters, digits, '.', '_' and '-', and must not be '.' or '..'.`;
const reserved = (topic: string): string =>
  `The topic name ${topic} is reserved for the database itself. Choose another one.`;
const partitions = (found: string): string =>
  `Configuration PARTITIONS is invalid: expected a whole number from 1 to 256, but found ${found}.`;

const STATEMENTS: readonly Refusal[] = [
  {
    name: 'a source nobody knows',
    sql: 'INSERT INTO click (user) VALUES (1);',
    message: 'The stream or table CLICK does not exist. Did you mean CLICKS?',
    at: 'click (',
  },
  {
    name: 'a column nobody knows',
    sql: "INSERT INTO clicks (user, nope) VALUES ('a', 1);",
    message: 'Column name `NOPE` does not exist in CLICKS.',
    at: 'nope',
  },
  {
    name: 'too few values',
    sql: INSERT("'a', '/'"),
    message:
      'Expected a value for each column: the 3 columns are USER, PAGE, MS, but found 2 values.',
    at: "'/'",
  },
  {
    name: 'a value of the wrong type',
    sql: INSERT("'a', '/', 'x'"),
    message:
      "Column `MS` is BIGINT and cannot take 'x' (STRING): expected BIGINT, but found STRING.",
    at: "'x'",
  },
  {
    name: 'a number too large for its column',
    sql: INSERT("'a', '/', 9223372036854775808"),
    message:
      'Syntax Error\nInvalid numeric literal: 9223372036854775808 does not fit BIGINT ' +
      '(-9223372036854775808 to 9223372036854775807); with a decimal point it is a DECIMAL',
    at: '9223372036854775808',
  },
  {
    name: 'a decimal too large for its column',
    sql: INSERT_PRICE('price', '1000.00'),
    message:
      'Column `PRICE` is DECIMAL(5, 2) and cannot take 1000.00 (DECIMAL(6, 2)): ' +
      'Numeric field overflow: DECIMAL(5, 2) holds absolute values less than 10^3. Got 1000.00.',
    at: '1000.00',
  },
  {
    name: 'a decimal with more digits than its column',
    sql: INSERT_PRICE('price', '1.005'),
    message:
      'Column `PRICE` is DECIMAL(5, 2) and cannot take 1.005 (DECIMAL(4, 3)): DECIMAL(5, 2) cannot hold the number exactly.',
    at: '1.005',
  },
  {
    name: 'no key for a table',
    sql: 'INSERT INTO prices (sold) VALUES (1);',
    message: 'Value for primary key column(s) ITEM (STRING) is required for tables.',
    at: 'INSERT',
  },
  {
    name: 'a day that is not in the calendar',
    sql: INSERT_PRICE('day', "'2024-02-30'"),
    message: /^Column `DAY` is DATE and cannot take '2024-02-30' \(STRING\): Failed to parse date/,
    at: "'2024-02-30'",
  },
  {
    name: 'a time in a zone that nobody has',
    sql: INSERT_PRICE('moment', "'2024-02-03T00:00:00+99:00'"),
    message: /^Column `MOMENT` is TIMESTAMP and cannot take .*: Failed to parse timestamp/,
    at: "'2024-02-03",
  },
  {
    name: 'a row time beyond what there is',
    sql: "INSERT INTO prices (ROWTIME, item) VALUES (8640000000000001, 'x');",
    message:
      'ROWTIME must be epoch milliseconds from 0 to 8640000000000000, but found 8640000000000001.',
    at: '8640000000000001',
  },
  {
    name: 'no semicolon',
    sql: 'SHOW STREAMS',
    message: "Syntax Error\nSyntax error at or near end of text: the statement has to end with ';'",
    at: '',
  },
  {
    name: 'a quote that is not closed',
    sql: "SHOW STREAMS;\nDROP STREAM 'abc;",
    message: "Syntax Error\nThe string that starts here has no closing quote (')",
    at: "'abc;",
  },
  {
    name: 'a comment that is not closed',
    sql: 'SHOW STREAMS; /* abc',
    message: 'Syntax Error\nThe comment that starts here has no closing */',
    at: '/* abc',
  },
  {
    name: 'parentheses nested too deep',
    sql: `INSERT INTO clicks (ms) VALUES (${'('.repeat(10_000)}1${')'.repeat(10_000)});`,
    message: /nest.* 100/,
    at: null,
  },
  {
    name: 'types nested too deep',
    sql: `CREATE STREAM w (a ${'ARRAY<'.repeat(500)}INT${'>'.repeat(500)}) WITH (KAFKA_TOPIC='w', VALUE_FORMAT='JSON', PARTITIONS=1);`,
    message: /nest.* 100/,
    at: null,
  },
  {
    name: 'a character that turns text around',
    sql: CREATE_TOPIC('x\u202ey'),
    message:
      'Syntax Error\nThe character U+202E is not allowed in SQL text, not even in quotes: remove it',
    at: '\ufffdy',
  },
  {
    name: 'a NUL',
    sql: INSERT("'a\0', '/', 1"),
    message:
      'Syntax Error\nThe character U+0000 is not allowed in SQL text, not even in quotes: remove it',
    at: "\ufffd', '/'",
  },
  {
    name: 'code as a name',
    sql: "CREATE STREAM `a\"];process.exit()//` (a INT) WITH (KAFKA_TOPIC='w', VALUE_FORMAT='JSON', PARTITIONS=1);",
    message:
      "Syntax Error\n`a\"];process.exit()//` cannot name a stream or table: only letters, digits, '_' and '-' can",
    at: '`a"]',
  },
  {
    name: 'two columns of one name',
    sql: "CREATE STREAM w (a INT, A INT) WITH (KAFKA_TOPIC='w', VALUE_FORMAT='JSON', PARTITIONS=1);",
    message: 'Duplicate column names: `A`.',
    at: 'A INT)',
  },
  {
    name: 'more columns than a source may have',
    sql: `CREATE STREAM w (${Array.from({ length: 10_000 }, (_, i) => `c${i} INT`).join(', ')}) WITH (KAFKA_TOPIC='w', VALUE_FORMAT='JSON', PARTITIONS=1);`,
    message: /1,?000/,
    at: null,
  },
  {
    name: 'a name that is taken',
    sql: "CREATE STREAM clicks (a INT) WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON');",
    message:
      'Cannot add stream `CLICKS`: A stream with the same name already exists. ' +
      'DROP STREAM CLICKS first, or use CREATE OR REPLACE to change it.',
    at: 'clicks (',
  },
  {
    name: 'a replacement that changes a column',
    sql: 'CREATE OR REPLACE TABLE per_user AS SELECT user, MAX(page) AS n FROM clicks GROUP BY user EMIT CHANGES;',
    message:
      'Cannot upgrade PER_USER: its schema is `USER` STRING KEY, `N` BIGINT and cannot become ' +
      '`USER` STRING KEY, `N` STRING. Changed, missing or reordered columns: `N` BIGINT. New columns go at the end.',
    at: 'per_user',
  },
  {
    name: 'a drop of a source that is read',
    sql: 'DROP STREAM clicks;',
    message:
      'Cannot drop CLICKS.\nThe following streams and/or tables read from this source: ' +
      '[PER_USER (query CTAS_PER_USER_1)].\nYou need to drop them before dropping CLICKS.',
    at: 'clicks',
  },
  {
    name: 'a third statement that fails: the first two are not run either',
    sql: `${CREATE_TOPIC('w')} ${INSERT("'a', '/', 1")} DROP STREAM nope; SHOW STREAMS;`,
    message: 'Stream NOPE does not exist.',
    at: 'nope',
  },
  {
    name: 'an end to a query that is not there',
    sql: 'TERMINATE nope;',
    message:
      'Unknown query: there is no query with the id NOPE. SHOW QUERIES lists those that run.',
    at: 'nope',
  },
  {
    name: 'a property nobody knows',
    sql: "SET 'ksql.unknown'='x';",
    message: 'Unknown property: ksql.unknown. SHOW PROPERTIES lists them.',
    at: null,
    code: 40000,
  },
  {
    name: 'a property that clients may not set',
    sql: "SET 'ksql.service.id'='x';",
    message:
      'One or more properties overrides set locally are prohibited by the KSQL server denylist (use UNSET to reset their default value): [ksql.service.id]',
    at: null,
    code: 40000,
  },
  ...['0', '-1', '100000'].map((count) => ({
    name: `${count} partitions`,
    sql: CREATE_W(`KAFKA_TOPIC='w', VALUE_FORMAT='JSON', PARTITIONS=${count}`),
    message: partitions(count),
    at: `${count})`,
  })),
  {
    name: 'a format nobody knows',
    sql: CREATE_W("KAFKA_TOPIC='w', VALUE_FORMAT='YAML', PARTITIONS=1"),
    message:
      'Unknown format YAML, expected one of KAFKA, JSON, JSON_SR, AVRO, PROTOBUF, PROTOBUF_NOSR, DELIMITED, NONE.',
    at: "'YAML'",
  },
  {
    name: 'a window without size',
    sql: WINDOW('0 SECONDS'),
    message: 'Syntax Error\nThe size, advance and gap of a window must be above 0',
    at: '0 SECONDS',
  },
  {
    name: 'a window of negative size',
    sql: WINDOW('-5 SECONDS'),
    message: "Syntax Error\nSyntax error at or near '-': expected a whole number",
    at: '-5',
  },
  {
    name: 'a window longer than time',
    sql: WINDOW('1000000000 DAYS'),
    message: 'Syntax Error\n1000000000 DAYS is too long: the limit is 2^53 milliseconds',
    at: '1000000000',
  },
  {
    name: 'a query that feeds itself',
    sql: 'INSERT INTO clicks SELECT * FROM clicks EMIT CHANGES;',
    message: 'The query would make a cycle: CLICKS -> CLICKS. Write to another stream.',
    at: 'clicks EMIT',
  },
  ...['../../etc/passwd', 'a/b', 'a\\b', '%2e%2e%2f', '.', '..', 'topic😀', 'ціна'].map(
    (topic) => ({
      name: `the topic name ${topic}`,
      sql: CREATE_TOPIC(topic),
      message: illegalTopic(topic),
      at: `'${topic}'`,
    }),
  ),
  {
    name: 'an empty topic name',
    sql: CREATE_TOPIC(''),
    message: 'The topic name is empty. Give KAFKA_TOPIC a name.',
    at: "''",
  },
  {
    name: 'a topic name of 250 characters',
    sql: CREATE_TOPIC('t'.repeat(250)),
    message: /249/,
    at: "'ttt",
  },
  ...['_command', '_ticks', '__x'].map((topic) => ({
    name: `the topic name ${topic}`,
    sql: CREATE_TOPIC(topic),
    message: reserved(topic),
    at: `'${topic}'`,
    code: 40300,
  })),
  {
    name: 'a query',
    sql: 'SELECT * FROM clicks EMIT CHANGES;',
    message: /^The following statement types should be issued to the websocket endpoint '\/query'/,
    at: null,
    code: 40002,
  },
];

const QUERIES: readonly Refusal[] = [
  {
    name: 'a source nobody knows',
    sql: 'SELECT * FROM per_usr EMIT CHANGES;',
    message: 'The stream or table PER_USR does not exist. Did you mean PER_USER?',
    at: 'per_usr',
  },
  {
    name: 'a column nobody knows',
    sql: 'SELECT nope FROM clicks EMIT CHANGES;',
    message: 'SELECT column NOPE cannot be resolved: there is none in CLICKS.',
    at: 'nope',
  },
  {
    name: 'a comparison of two types',
    sql: "SELECT *\n  FROM clicks\n  WHERE ms > 'x' EMIT CHANGES;",
    message: "MS (BIGINT) cannot be compared with 'x' (STRING) by >. Add a CAST to one of them.",
    at: "ms > 'x'",
  },
  {
    name: 'a join over keys of two types',
    sql: 'SELECT * FROM clicks a JOIN prices b ON a.ms = b.item EMIT CHANGES;',
    message: /^Invalid join condition: types don't match. Got A.MS\{BIGINT\} = B.ITEM\{STRING\}/,
    at: 'a.ms = b.item',
  },
  {
    name: 'more windows a row than a query may have',
    sql: 'SELECT user, COUNT(*) FROM clicks WINDOW HOPPING (SIZE 1 DAY, ADVANCE BY 1 MILLISECONDS) GROUP BY user EMIT CHANGES;',
    message: /^Each row would be in 86400000 windows; the limit is 10000/,
    at: '1 MILLISECONDS',
  },
  {
    name: 'a condition that is none',
    sql: 'SELECT * FROM clicks WHERE ms EMIT CHANGES;',
    message: 'The WHERE condition must be BOOLEAN, but MS is BIGINT.',
    at: 'ms EMIT',
  },
  {
    name: 'a key of the wrong type in a pull query',
    sql: 'SELECT * FROM per_user WHERE user = 3;',
    message: 'USER (STRING) cannot be compared with 3 (INTEGER) by =. Add a CAST to one of them.',
    at: 'user = 3',
  },
  {
    name: 'no semicolon',
    sql: 'SELECT * FROM clicks EMIT CHANGES',
    message: "Syntax Error\nSyntax error at or near end of text: the statement has to end with ';'",
    at: '',
  },
  {
    name: 'a quote that is not closed',
    sql: "SELECT 'abc FROM clicks EMIT CHANGES;",
    message: "Syntax Error\nThe string that starts here has no closing quote (')",
    at: "'abc",
  },
  {
    name: 'a negative limit',
    sql: 'SELECT * FROM clicks EMIT CHANGES LIMIT -1;',
    message: "Syntax Error\nSyntax error at or near '-': expected a whole number",
    at: '-1',
  },
  {
    name: 'a limit that is no whole number',
    sql: 'SELECT * FROM clicks EMIT CHANGES LIMIT 1e99;',
    message: "Syntax Error\nSyntax error at or near '1e99': expected a whole number",
    at: '1e99',
  },
  {
    name: 'a pull query of a table that no query keeps',
    sql: 'SELECT * FROM prices;',
    message: /^The `PRICES` table isn't queryable\. .*\nAdd EMIT CHANGES/,
    at: null,
  },
  {
    name: 'a pull query with a join',
    sql: 'SELECT * FROM per_user JOIN prices ON per_user.user = prices.item;',
    message:
      "Pull queries don't support JOIN clauses. See https://cnfl.io/queries for more info.\nAdd EMIT CHANGES if you intended to issue a push query.",
    at: 'JOIN prices',
  },
  {
    name: 'more terms than a statement may have',
    sql: `SELECT * FROM clicks WHERE ${Array.from({ length: 100_000 }, () => 'ms=1').join(' OR ')} EMIT CHANGES;`,
    message: /too (large|many|long)|limit/i,
    at: null,
  },
  {
    name: 'two statements',
    sql: 'SELECT * FROM per_user; SELECT * FROM per_user;',
    message: 'Expected exactly one KSQL statement; found 2 instead',
    at: null,
  },
  {
    name: 'no statement',
    sql: '-- nothing',
    message: 'Expected exactly one KSQL statement; found 0 instead',
    at: null,
  },
  {
    name: 'a statement that is no query',
    sql: 'SHOW STREAMS;',
    message: 'Neither a query nor a print statement: send it to the endpoint /ksql instead.',
    at: null,
    code: 40002,
  },
];

describe.each([
  ['/ksql', 'ksql', STATEMENTS],
  ['/query-stream', 'sql', QUERIES],
] as const)('%s refuses, and nothing changes:', (path, member, refusals) => {
  test.each(refusals)('$name', async ({ sql, message, at, code = 40001 }) => {
    const { status, body } = await post(server.port, path, { [member]: sql });
    const answer = JSON.parse(body) as { message: string; statementText: string };
    expect({ status, ...answer }).toMatchObject({
      status: Math.floor(code / 100),
      '@type': 'statement_error',
      error_code: code,
      entities: [],
    });
    if (at !== null) expectPlace(answer.message, { sql, at });
    const said = at === null ? answer.message : withoutPlace(answer.message);
    if (typeof message === 'string') expect(said).toBe(message);
    else expect(said).toMatch(message);
    await server.expectUnharmed();
  });
});

/** What stands between `line 1:2: ` and the two lines that show the place. */
function withoutPlace(message: string): string {
  return message
    .replace(/^line \d+:\d+: /, '')
    .split('\n')
    .slice(0, -2)
    .join('\n');
}

/** The message names line and column of the place, and its caret stands below it. */
function expectPlace(message: string, { sql, at }: { sql: string; at: string }): void {
  const [shown = '', caret = ''] = message.split('\n').slice(-2);
  expect(caret).toMatch(/^ *\^$/);
  expect(shown.slice(caret.indexOf('^')).slice(0, at.length)).toBe(at);
  const [, line, column] = /^line (\d+):(\d+): /.exec(message)!.map(Number);
  // What must not reach a terminal is shown by another character.
  const lines = sql.replace(/[\0\u202e]/g, '\ufffd').split('\n');
  expect(lines[line! - 1]!.slice(column! - 1).slice(0, at.length)).toBe(at);
}

describe('what is no mistake', () => {
  test('no statement at all answers nothing', async () => {
    for (const ksql of ['', '-- nothing', '/* nothing */']) {
      const { status, body } = await post(server.port, '/ksql', { ksql });
      expect({ status, body }).toEqual({ status: 200, body: '[]' });
    }
  });

  test('IF NOT EXISTS of a name that is taken warns and changes nothing', async () => {
    const [warning] = await server.client.execute(
      "CREATE STREAM IF NOT EXISTS clicks (a INT) WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON');",
    );
    expect(warning).toMatchObject({
      '@type': 'warning_entity',
      message: 'Cannot add stream `CLICKS`: A stream with the same name already exists.',
    });
    await server.expectUnharmed();
  });
});
