import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  parseExpression,
  parseStatement,
  parseStatements,
  parseType,
} from '../../grammar/parser.ts';
import { SqlGrammar } from '../../grammar/sql-grammar.ts';
import { withoutLocations } from './without-locations.ts';

const name = (text: string) => ({ kind: 'identifier', name: text });
const column = (text: string) => ({ kind: 'column', qualifier: null, name: name(text) });
const integer = (text: string) => ({ kind: 'literal', type: 'INTEGER', text });
const duration = (amount: number, unit: string) => ({ kind: 'duration', amount, unit });
const minus = (left: unknown, right: unknown) => ({
  kind: 'binary',
  operator: '-',
  left,
  right,
});
const negative = (operand: unknown) => ({ kind: 'unary', operator: '-', operand });
const named = (text: string) => ({ kind: 'namedType', name: text });

function statement(sql: string): unknown {
  return withoutLocations(parseStatement(sql).statement);
}

function query(clauses: string): Record<string, unknown> {
  const parsed = statement(`SELECT * FROM s ${clauses};`) as { query: Record<string, unknown> };
  return parsed.query;
}

function expression(text: string): unknown {
  return withoutLocations(parseExpression(text));
}

const within = (clause: string) =>
  query(`JOIN t WITHIN ${clause} ON a = b JOIN u ON c = d`)['from'] as { joins: unknown[] };

test('the grammar has no ambiguity', () => {
  expect(() => new SqlGrammar({ validate: true })).not.toThrow();
});

test('only the parser needs chevrotain, not what the shell loads at once', () => {
  const grammar = join(import.meta.dirname, '../../grammar');
  const files = readdirSync(grammar, { recursive: true, encoding: 'utf8' });
  const importing = files.filter(
    (file) =>
      file.endsWith('.ts') &&
      /^import (?!type)[^;]*'(chevrotain|.*\/(tokens|sql-grammar|diagnose|parser)\.ts)'/m.test(
        readFileSync(join(grammar, file), 'utf8'),
      ),
  );
  expect(importing.sort()).toEqual(['diagnose.ts', 'parser.ts', 'sql-grammar.ts', 'tokens.ts']);
});

describe('a text', () => {
  test('of several statements gives each with its own words', () => {
    const parsed = parseStatements(" -- first\nSHOW streams ; /* x */ PRINT 'a;b'\n;\n-- end");
    expect(parsed.map(({ text }) => text)).toEqual(['SHOW streams ;', "PRINT 'a;b'\n;"]);
  });

  test.each([[''], [' \n\t\r'], ['-- only a comment'], ['/* ; */']])(
    '%j has no statement',
    (text) => {
      expect(parseStatements(text)).toEqual([]);
    },
  );

  test('that is to hold one statement is refused with none or two', () => {
    expect(() => parseStatement('-- none')).toThrow('The text has no statement');
    expect(() => parseStatement('SHOW STREAMS; SHOW TABLES;')).toThrow(
      'line 1:15: Syntax Error\nThe text has more than one statement',
    );
  });

  test('locates its nodes by line, column and index', () => {
    const sql = 'SHOW STREAMS;\r\nSELECT\n  (a + b) * 2 FROM s;';
    const parsed = parseStatements(sql)[1]?.statement;
    const item = parsed?.kind === 'select' ? parsed.query.items[0] : undefined;
    expect(item?.location).toEqual({ line: 3, column: 3, start: 24, end: 35 });
    expect(sql.slice(item?.location.start, item?.location.end)).toBe('(a + b) * 2');
  });
});

describe('names', () => {
  test('are upper-cased without quotes and kept with them', () => {
    expect(expression('a.`b`')).toEqual({ kind: 'column', qualifier: name('A'), name: name('b') });
    expect(expression('"x""y"')).toEqual(column('x"y'));
    expect(expression('`x``y`')).toEqual(column('x`y'));
    expect(expression('1abc')).toEqual(column('1ABC'));
    expect(expression('__proto__')).toEqual(column('__PROTO__'));
  });

  test('of streams and tables are letters, digits, underscores and minus signs', () => {
    expect(statement('DROP STREAM `foo-src_1`;')).toMatchObject({ name: name('foo-src_1') });
    expect(() => parseStatement('DROP STREAM `a b`;')).toThrow('`a b` cannot name a stream');
  });

  test('cannot be empty', () => {
    expect(() => parseExpression('a + ``')).toThrow(
      'line 1:5: Syntax Error\nA name cannot be empty',
    );
  });
});

describe('literals', () => {
  test.each([
    ['0', 'INTEGER', '0'],
    ['007', 'INTEGER', '007'],
    ['2147483647', 'INTEGER', '2147483647'],
    ['2147483648', 'BIGINT', '2147483648'],
    ['-2147483648', 'INTEGER', '-2147483648'],
    ['- 2147483649', 'BIGINT', '-2147483649'],
    ['-9223372036854775808', 'BIGINT', '-9223372036854775808'],
    ['1.', 'DECIMAL', '1.'],
    ['.5', 'DECIMAL', '.5'],
    ['-1.50', 'DECIMAL', '-1.50'],
    ['1e3', 'DOUBLE', '1e3'],
    ['1.5E-2', 'DOUBLE', '1.5E-2'],
  ])('%s is the %s %s', (text, type, digits) => {
    expect(expression(text)).toEqual({ kind: 'literal', type, text: digits });
  });

  test('out of range are refused by their text', () => {
    expect(() => parseExpression('9223372036854775808')).toThrow(
      'Invalid numeric literal: 9223372036854775808',
    );
    expect(() => parseExpression('a - -9223372036854775809')).toThrow(
      'line 1:5: Syntax Error\nInvalid numeric literal: -9223372036854775809',
    );
    expect(() => parseExpression('1e309')).toThrow('The number 1e309 overflows DOUBLE');
  });

  test('can be text, truth and null', () => {
    expect(expression("'it''s\n'")).toEqual({ kind: 'literal', type: 'STRING', value: "it's\n" });
    expect(expression('True')).toEqual({ kind: 'literal', type: 'BOOLEAN', value: true });
    expect(expression('null')).toEqual({ kind: 'literal', type: 'NULL' });
  });

  test('take a minus only directly before them', () => {
    expect(expression('a-1')).toEqual(minus(column('A'), integer('1')));
    expect(expression('a - -1')).toEqual(minus(column('A'), integer('-1')));
    expect(expression('- -1')).toEqual(negative(integer('-1')));
    expect(expression('-(1)')).toEqual(negative(integer('1')));
    expect(expression('-a')).toEqual(negative(column('A')));
  });
});

describe('expressions', () => {
  test.each([
    ['a + b * c', 'a + (b * c)'],
    ['a - b - c', '(a - b) - c'],
    ['a * b / c % d', '((a * b) / c) % d'],
    ['-a * b', '(-a) * b'],
    ['a + b = c', '(a + b) = c'],
    ['a or b and c', 'a or (b and c)'],
    ['a and b or c and d', '(a and b) or (c and d)'],
    ['not a and b', '(not a) and b'],
    ['not a = b', 'not (a = b)'],
    ['a between b and c and d', '(a between b and c) and d'],
    ['a || b + c || d', 'concat(a, b + c, d)'],
    ['a != b', 'a <> b'],
    ['-a[1]->b', '-((a[1])->b)'],
    ['a is null and b is not distinct from c', '(a is null) and (b is not distinct from c)'],
  ])('%s means %s', (text, meaning) => {
    expect(expression(text)).toEqual(expression(meaning));
  });

  test.each([
    ['array[1]', 'array'],
    ['`array`[1]', 'subscript'],
    ['array', 'column'],
    ['map()', 'map'],
    ['struct(a := 1)', 'struct'],
    ['`map`(1)', 'call'],
    ['date(1)', 'call'],
    ['if(a, b, c)', 'call'],
    ['days', undefined],
  ])('%s is of kind %s', (text, kind) => {
    if (kind === undefined) expect(() => parseExpression(text)).toThrow('reserved word');
    else expect(expression(text)).toMatchObject({ kind });
  });

  test('take lambdas after the ordinary arguments', () => {
    expect(expression('reduce(a, 0, (x, y) => x, z => z)')).toMatchObject({
      arguments: [
        column('A'),
        integer('0'),
        { kind: 'lambda', parameters: [name('X'), name('Y')], body: column('X') },
        { kind: 'lambda', parameters: [name('Z')], body: column('Z') },
      ],
    });
    expect(() => parseExpression('f(x => x)')).toThrow('A lambda cannot be the first argument');
    expect(() => parseExpression('f(a, x => x, b)')).toThrow('Lambdas have to come after');
  });

  test('take bare reserved units as arguments only', () => {
    expect(expression('dateadd(MILLISECOND, 1, day)')).toMatchObject({
      arguments: [{ kind: 'intervalUnit', unit: 'MILLISECONDS' }, integer('1'), column('DAY')],
    });
    expect(() => parseExpression('f(DAYS + 1)')).toThrow("at or near '+'");
  });

  test.each([
    ['a = b = c'],
    ['a between 1 = 2 and 3'],
    ['a + not b'],
    ['a like b like c'],
    ['a in ()'],
  ])('%s is refused', (text) => {
    expect(() => parseExpression(text)).toThrow('Syntax error at or near');
  });

  test('are refused as bare predicates where a value is expected', () => {
    expect(() => parseStatement('SELECT * FROM s PARTITION BY a IS NULL;')).toThrow("near 'IS'");
    expect(query('PARTITION BY (a IS NULL)')['partitionBy']).toMatchObject([{ kind: 'isNull' }]);
  });
});

describe('types', () => {
  test.each([
    ['int', named('INT')],
    ['varchar(STRING)', named('VARCHAR')],
    ['decimal(4, 2)', { kind: 'decimalType', precision: 4, scale: 2 }],
    ['int array', { kind: 'arrayType', element: named('INT') }],
    [
      'array<map<string, int>>',
      {
        kind: 'arrayType',
        element: { kind: 'mapType', key: named('STRING'), value: named('INT') },
      },
    ],
    [
      'struct<a int, `b` date>',
      {
        kind: 'structType',
        fields: [
          { name: name('A'), type: named('INT') },
          { name: name('b'), type: named('DATE') },
        ],
      },
    ],
    ['struct< >', { kind: 'structType', fields: [] }],
    ['address', named('ADDRESS')],
  ])('%s is parsed', (text, type) => {
    expect(withoutLocations(parseType(text))).toEqual(type);
  });

  test.each([
    ['struct<>'],
    ['decimal(4)'],
    ['decimal'],
    ['varchar(x)'],
    ['array<int'],
    ['map<int>'],
  ])('%s is refused', (text) => {
    expect(() => parseType(text)).toThrow('Syntax error at or near');
  });
});

describe('queries', () => {
  test('select expressions, everything, and the fields of a struct', () => {
    expect(
      statement('SELECT a, b AS x, c y, *, s.*, a.b->c->* FROM s EMIT CHANGES;'),
    ).toMatchObject({
      query: {
        items: [
          { kind: 'selectExpression', expression: column('A'), alias: null },
          { kind: 'selectExpression', expression: column('B'), alias: name('X') },
          { kind: 'selectExpression', expression: column('C'), alias: name('Y') },
          { kind: 'selectAll', qualifier: null },
          { kind: 'selectAll', qualifier: name('S') },
          { kind: 'selectStruct', base: { kind: 'dereference' } },
        ],
        emit: 'CHANGES',
      },
    });
    expect(() => parseStatement('SELECT a + b->* FROM s;')).toThrow("'->*' has to follow");
  });

  test('tell clause words from aliases', () => {
    expect(query('EMIT CHANGES')).toMatchObject({
      from: { first: { alias: null } },
      emit: 'CHANGES',
    });
    expect(query('emit EMIT FINAL')).toMatchObject({ from: { first: { alias: name('EMIT') } } });
    expect(query('PARTITION BY a')).toMatchObject({ from: { first: { alias: null } } });
    expect(query('partition PARTITION BY a')).toMatchObject({
      from: { first: { alias: name('PARTITION') } },
    });
  });

  test.each([
    ['JOIN t ON a = b', 'INNER'],
    ['INNER JOIN t ON a = b', 'INNER'],
    ['LEFT JOIN t ON a = b', 'LEFT'],
    ['LEFT OUTER JOIN t x ON a = b', 'LEFT'],
    ['RIGHT OUTER JOIN t AS x ON a = b', 'RIGHT'],
    ['FULL JOIN t ON a = b', 'FULL'],
  ])('with %s join %s', (clause, type) => {
    expect(query(clause)['from']).toMatchObject({ joins: [{ kind: 'join', type, within: null }] });
  });

  test('join streams within a time', () => {
    expect(within('2 HOURS').joins).toMatchObject([
      { within: { before: duration(2, 'HOURS'), after: duration(2, 'HOURS'), grace: null } },
      { within: null },
    ]);
    expect(within('(0 SECONDS, 1 DAY) GRACE PERIOD 5 MINUTES').joins[0]).toMatchObject({
      within: {
        before: duration(0, 'SECONDS'),
        after: duration(1, 'DAYS'),
        grace: duration(5, 'MINUTES'),
      },
    });
  });

  test.each([
    ['TUMBLING (SIZE 1 MINUTE)', 'TUMBLING', duration(1, 'MINUTES'), null, null, null],
    [
      'w HOPPING (SIZE 1 HOUR, ADVANCE BY 10 SECONDS, RETENTION 2 DAYS)',
      'HOPPING',
      duration(1, 'HOURS'),
      duration(10, 'SECONDS'),
      duration(2, 'DAYS'),
      null,
    ],
    [
      'session SESSION (5 MILLISECONDS, GRACE PERIOD 0 SECONDS)',
      'SESSION',
      duration(5, 'MILLISECONDS'),
      null,
      null,
      duration(0, 'SECONDS'),
    ],
    ['SESSION (1 DAY)', 'SESSION', duration(1, 'DAYS'), null, null, null],
  ])('have the window %s', (clause, type, size, advance, retention, grace) => {
    expect(query(`WINDOW ${clause} GROUP BY a`)['window']).toEqual({
      kind: 'window',
      type,
      size,
      advance,
      retention,
      grace,
    });
  });

  test('refuse windows without length and lengths that are no integers', () => {
    expect(() => query('WINDOW TUMBLING (SIZE 0 SECONDS)')).toThrow('must be above 0');
    expect(() => query('WINDOW TUMBLING (SIZE 1.5 SECONDS)')).toThrow('expected a whole number');
    expect(() => query('WINDOW TUMBLING (SIZE 1 WEEK)')).toThrow('expected a unit of time');
  });

  test.each([
    ['a, b', ['A', 'B']],
    ['(a, b)', ['A', 'B']],
    ['(a), b', ['A', 'B']],
    ['(a)', ['A']],
    ['()', []],
  ])('group by %s', (clause, names) => {
    expect(query(`GROUP BY ${clause}`)['groupBy']).toEqual(names.map(column));
  });

  test('group by expressions that start with a parenthesis', () => {
    expect(query('GROUP BY (a + f(b, c)) * 2, d')['groupBy']).toMatchObject([
      { kind: 'binary', operator: '*' },
      column('D'),
    ]);
  });

  test('have every clause absent or present', () => {
    expect(query('')).toMatchObject({
      window: null,
      where: null,
      groupBy: null,
      partitionBy: null,
      having: null,
      emit: null,
      limit: null,
    });
    expect(query('WHERE a GROUP BY b PARTITION BY c HAVING d EMIT FINAL LIMIT 0')).toMatchObject({
      where: column('A'),
      groupBy: [column('B')],
      partitionBy: [column('C')],
      having: column('D'),
      emit: 'FINAL',
      limit: 0,
    });
  });

  test('a negative LIMIT is read for a pull query only, whose analysis refuses it', () => {
    expect(query('LIMIT -1')).toMatchObject({ limit: -1 });
    expect(() => query('EMIT CHANGES LIMIT -1')).toThrow(/expected a whole number/);
  });

  test.each([['1.5'], ['1e99'], ['x'], ['2147483648']])('refuse LIMIT %s', (limit) => {
    expect(() => query(`LIMIT ${limit}`)).toThrow(/expected a whole number|is too large here/);
  });
});

describe('statements', () => {
  test.each([
    ['TERMINATE ALL;', { kind: 'terminate', queryId: null }],
    ['TERMINATE csas_x_1;', { kind: 'terminate', queryId: name('CSAS_X_1') }],
    ['LIST STREAMS EXTENDED;', { kind: 'list', subject: 'STREAMS', all: false, extended: true }],
    ['SHOW TABLES;', { kind: 'list', subject: 'TABLES', all: false, extended: false }],
    ['SHOW ALL TOPICS EXTENDED;', { kind: 'list', subject: 'TOPICS', all: true, extended: true }],
    ['SHOW QUERIES EXTENDED;', { kind: 'list', subject: 'QUERIES', all: false, extended: true }],
    ['SHOW PROPERTIES;', { kind: 'list', subject: 'PROPERTIES', all: false, extended: false }],
    ['DESCRIBE tables;', { kind: 'describe', source: null, subject: 'TABLES', extended: false }],
    [
      'DESCRIBE `TABLES`;',
      { kind: 'describe', source: name('TABLES'), subject: null, extended: false },
    ],
    [
      'DESCRIBE s EXTENDED;',
      { kind: 'describe', source: name('S'), subject: null, extended: true },
    ],
    ['DESCRIBE FUNCTION len;', { kind: 'describeFunction', function: name('LEN') }],
    [
      'DESCRIBE function EXTENDED;',
      { kind: 'describe', source: name('FUNCTION'), subject: null, extended: true },
    ],
    ['SHOW FUNCTIONS;', { kind: 'list', subject: 'FUNCTIONS', all: false, extended: false }],
    ['EXPLAIN show;', { kind: 'explain', statement: null, queryId: name('SHOW') }],
    [
      'PRINT MyTopic;',
      { kind: 'print', topic: 'MyTopic', fromBeginning: false, interval: null, limit: null },
    ],
    [
      "PRINT 'my topic' FROM BEGINNING SAMPLE 2 LIMIT 3;",
      { kind: 'print', topic: 'my topic', fromBeginning: true, interval: 2, limit: 3 },
    ],
    ['SHOW TYPES;', { kind: 'list', subject: 'TYPES', all: false, extended: false }],
    ['LIST VARIABLES;', { kind: 'list', subject: 'VARIABLES', all: false, extended: false }],
    ['PAUSE ALL;', { kind: 'pause', action: 'PAUSE', queryId: null }],
    ['RESUME q_1;', { kind: 'pause', action: 'RESUME', queryId: name('Q_1') }],
    ["DEFINE x = 'it''s';", { kind: 'define', name: name('X'), value: "it's" }],
    ['UNDEFINE x;', { kind: 'undefine', name: name('X') }],
    [
      'CREATE TYPE IF NOT EXISTS `point` AS INT;',
      {
        kind: 'createType',
        ifNotExists: true,
        name: name('POINT'),
        type: { kind: 'namedType', name: 'INT' },
      },
    ],
    [
      'CREATE TYPE if AS INT;',
      {
        kind: 'createType',
        ifNotExists: false,
        name: name('IF'),
        type: { kind: 'namedType', name: 'INT' },
      },
    ],
    ['DROP TYPE IF EXISTS p;', { kind: 'dropType', ifExists: true, name: name('P') }],
    [
      'ALTER STREAM s ADD COLUMN a INT, ADD column DECIMAL(3, 1), ADD column VARCHAR(5);',
      {
        kind: 'alterSource',
        sourceKind: 'STREAM',
        name: name('S'),
        columns: [
          { name: name('A'), type: { kind: 'namedType', name: 'INT' } },
          { name: name('COLUMN'), type: { kind: 'decimalType', precision: 3, scale: 1 } },
          { name: name('COLUMN'), type: { kind: 'namedType', name: 'VARCHAR' } },
        ],
      },
    ],
    [
      'ASSERT TOPIC Clicks;',
      { kind: 'assertTopic', topic: 'Clicks', exists: true, properties: [], timeout: null },
    ],
    [
      "ASSERT NOT EXISTS TOPIC 'a b' TIMEOUT 3 second;",
      {
        kind: 'assertTopic',
        topic: 'a b',
        exists: false,
        properties: [],
        timeout: { kind: 'duration', amount: 3, unit: 'SECONDS' },
      },
    ],
    ['DROP TYPE if;', { kind: 'dropType', ifExists: false, name: name('IF') }],
    ["SET 'a' = 'b';", { kind: 'set', property: 'a', value: 'b' }],
    ["UNSET 'a';", { kind: 'unset', property: 'a' }],
    [
      'DROP STREAM IF EXISTS s DELETE TOPIC;',
      {
        kind: 'dropSource',
        sourceKind: 'STREAM',
        ifExists: true,
        name: name('S'),
        deleteTopic: true,
      },
    ],
    [
      'DROP TABLE if;',
      {
        kind: 'dropSource',
        sourceKind: 'TABLE',
        ifExists: false,
        name: name('IF'),
        deleteTopic: false,
      },
    ],
    [
      "INSERT INTO s VALUES (1, 'x');",
      {
        kind: 'insertValues',
        target: name('S'),
        columns: null,
        values: [integer('1'), { kind: 'literal', type: 'STRING', value: 'x' }],
      },
    ],
    [
      'INSERT INTO s (a) VALUES ();',
      { kind: 'insertValues', target: name('S'), columns: [name('A')], values: [] },
    ],
  ])('%s is parsed', (sql, node) => {
    expect(statement(sql)).toEqual(node);
  });

  test('EXPLAIN takes a statement', () => {
    expect(statement('EXPLAIN SELECT * FROM s;')).toMatchObject({
      statement: { kind: 'select' },
      queryId: null,
    });
  });

  test('INSERT takes a query with properties', () => {
    expect(statement("INSERT INTO s WITH (query_id='q') SELECT * FROM t;")).toMatchObject({
      kind: 'insertSelect',
      properties: [{ name: 'QUERY_ID', value: { value: 'q' } }],
      query: { kind: 'query' },
    });
  });

  test('CREATE takes columns of every role and properties by any spelling', () => {
    const sql = `CREATE OR REPLACE SOURCE TABLE IF NOT EXISTS t (
        id INT PRIMARY KEY, k STRING KEY, h ARRAY<STRUCT<key STRING, value BYTES>> HEADERS,
        x BYTES HEADER('k'), key INT)
      WITH (kafka_topic='t', 'Value_Format'='JSON', partitions=-2, wrap=true);`;
    expect(statement(sql)).toMatchObject({
      kind: 'createSource',
      sourceKind: 'TABLE',
      name: name('T'),
      orReplace: true,
      ifNotExists: true,
      readOnly: true,
      columns: [
        { name: name('ID'), role: 'PRIMARY KEY', headerKey: null },
        { name: name('K'), role: 'KEY' },
        { name: name('H'), role: 'HEADERS', headerKey: null },
        { name: name('X'), role: 'HEADER', headerKey: 'k' },
        { name: name('KEY'), role: null },
      ],
      properties: [
        { name: 'KAFKA_TOPIC', value: { type: 'STRING', value: 't' } },
        { name: 'VALUE_FORMAT', value: { type: 'STRING', value: 'JSON' } },
        { name: 'PARTITIONS', value: { type: 'INTEGER', text: '-2' } },
        { name: 'WRAP', value: { type: 'BOOLEAN', value: true } },
      ],
    });
  });

  test('CREATE takes a query, but not with columns or for a source', () => {
    expect(statement('CREATE TABLE t AS SELECT * FROM s;')).toMatchObject({
      kind: 'createAsSelect',
      sourceKind: 'TABLE',
      orReplace: false,
      ifNotExists: false,
      properties: [],
      query: { kind: 'query' },
    });
    expect(() => parseStatement('CREATE TABLE t (a INT) AS SELECT * FROM s;')).toThrow("near 'AS'");
    expect(() => parseStatement('CREATE SOURCE TABLE t AS SELECT * FROM s;')).toThrow("near 'AS'");
  });
});
