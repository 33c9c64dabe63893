import { describe, expect, test } from 'vitest';
import { analyzeCreateSource } from '../../src/analyze/create-source.ts';
import type { FormatDefaults } from '../../src/analyze/source-definition.ts';
import type { TimestampColumn } from '../../src/catalog/source.ts';
import { formatSchema } from '../../src/sql/schema.ts';
import { parse, refusal } from './fixture.ts';

const DEFAULTS: FormatDefaults = {
  keyFormat: 'KAFKA',
  valueFormat: null,
  wrapSingleValues: null,
  topicPrefix: '',
};

function create(sql: string, defaults: FormatDefaults = DEFAULTS) {
  return analyzeCreateSource(parse(sql, 'createSource'), { defaults, sql });
}

/** Whether the single value column is bare, given more properties and the server's setting. */
function unwrapped(property: string, wrapSingleValues: boolean | null): boolean | undefined {
  const sql = `CREATE STREAM s (v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON'${property})`;
  return create(sql, { ...DEFAULTS, wrapSingleValues }).definition.valueFormat.unwrapped;
}

function timestamp(name: string): TimestampColumn | null {
  return create(
    `CREATE STREAM s (k BIGINT KEY, \`low\` TIMESTAMP) WITH (KAFKA_TOPIC='s', FORMAT='JSON', TIMESTAMP='${name}')`,
  ).definition.timestamp;
}

function wrong(sql: string): string {
  const { code, at, message } = refusal(() => create(sql));
  return `${code} ${at} ${message}`;
}

test('a stream over a topic has its key columns first', () => {
  const sql =
    "CREATE STREAM clicks (page VARCHAR, `user` VARCHAR KEY, ms BIGINT) WITH (KAFKA_TOPIC='Clicks', VALUE_FORMAT='json', PARTITIONS=2, REPLICAS=1, RETENTION_MS=1000)";
  expect(create(sql)).toEqual({
    definition: {
      kind: 'STREAM',
      name: 'CLICKS',
      topic: 'Clicks',
      keyFormat: { name: 'KAFKA', unwrapped: true },
      valueFormat: { name: 'JSON' },
      schema: {
        keys: [{ name: 'user', type: { kind: 'STRING' } }],
        values: [
          { name: 'PAGE', type: { kind: 'STRING' } },
          { name: 'MS', type: { kind: 'BIGINT' } },
        ],
        window: null,
      },
      timestamp: null,
      sql,
    },
    topic: { partitions: 2, replicas: 1, retentionMs: 1000 },
  });
});

test('every type of the dialect can be a column', () => {
  const { definition } = create(
    "CREATE TABLE t (id INT PRIMARY KEY, a BOOLEAN, b DOUBLE, c DECIMAL(10, 2), d BYTES, e TIME, f DATE, g TIMESTAMP, h ARRAY<STRING>, i MAP<STRING, INTEGER>, j STRUCT<x INT, `y` ARRAY<BIGINT>>) WITH (KAFKA_TOPIC='t', FORMAT='JSON')",
  );
  expect(formatSchema(definition.schema)).toBe(
    '`ID` INTEGER KEY, `A` BOOLEAN, `B` DOUBLE, `C` DECIMAL(10, 2), `D` BYTES, `E` TIME, `F` DATE, `G` TIMESTAMP, `H` ARRAY<STRING>, `I` MAP<STRING, INTEGER>, `J` STRUCT<`X` INTEGER, `y` ARRAY<BIGINT>>',
  );
  expect(definition.keyFormat).toEqual({ name: 'JSON', unwrapped: true });
});

test('names such as __proto__ are columns like any other', () => {
  const { definition } = create(
    "CREATE STREAM s (`__proto__` INT, `constructor` INT) WITH (KAFKA_TOPIC='s', FORMAT='JSON')",
  );
  expect(definition.schema.values.map(({ name }) => name)).toEqual(['__proto__', 'constructor']);
});

describe('formats', () => {
  test('DELIMITED takes a delimiter for each side', () => {
    const { definition } = create(
      "CREATE STREAM s (k INT KEY, v INT, w INT) WITH (KAFKA_TOPIC='s', FORMAT='DELIMITED', KEY_DELIMITER='|', VALUE_DELIMITER='TAB')",
    );
    expect(definition.keyFormat).toEqual({ name: 'DELIMITED', delimiter: '|', unwrapped: true });
    expect(definition.valueFormat).toEqual({ name: 'DELIMITED', delimiter: '\t' });
  });

  test('a single value column is wrapped as WRAP_SINGLE_VALUE, else as the server says', () => {
    expect(unwrapped('', null)).toBe(false);
    expect(unwrapped('', false)).toBe(true);
    expect(unwrapped(", WRAP_SINGLE_VALUE='true'", false)).toBe(false);
    expect(unwrapped(', WRAP_SINGLE_VALUE=false', null)).toBe(true);
  });

  test('the defaults of the server fill in what is left out', () => {
    const { definition } = create("CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s')", {
      keyFormat: 'JSON',
      valueFormat: 'DELIMITED',
      wrapSingleValues: true,
      topicPrefix: '',
    });
    expect(definition.keyFormat.name).toBe('JSON');
    expect(definition.valueFormat).toEqual({ name: 'DELIMITED', unwrapped: true });
  });
});

test('TIMESTAMP names a BIGINT or TIMESTAMP column of key or value', () => {
  expect(timestamp('k')).toEqual({ column: 'K', format: null });
  expect(timestamp('`low`')).toEqual({ column: 'low', format: null });
});

describe('refused', () => {
  const STREAM = 'CREATE STREAM s (v INT, w VARCHAR) WITH ';
  test.each([
    [
      `${STREAM}(VALUE_FORMAT='JSON')`,
      "BAD_STATEMENT 1:1 The WITH clause has to name the topic: WITH (KAFKA_TOPIC='name', ...).",
    ],
    [
      `${STREAM}(KAFKA_TOPIC='s')`,
      "BAD_STATEMENT 1:1 Statement is missing the 'VALUE_FORMAT' property from the WITH clause. Add one, such as VALUE_FORMAT='JSON', or set the default 'ksql.persistence.default.format.value'.",
    ],
    [
      `${STREAM}(KAFKA_TOPIC='s', VALUE_FORMAT='YAML')`,
      'BAD_STATEMENT 1:72 Unknown format YAML, expected one of KAFKA, JSON, JSON_SR, AVRO, PROTOBUF, PROTOBUF_NOSR, DELIMITED, NONE.',
    ],
    [
      `${STREAM}(KAFKA_TOPIC='s', VALUE_FORMAT='KAFKA')`,
      'BAD_STATEMENT 1:59 Format KAFKA holds a single value column, found 2: V, W. JSON and DELIMITED hold several.',
    ],
    [
      `${STREAM}(KAFKA_TOPIC='s', FORMAT='JSON', KEY_FORMAT='JSON')`,
      'BAD_STATEMENT 1:74 KEY_FORMAT and FORMAT exclude each other: FORMAT sets the format of key and value.',
    ],
    [
      `${STREAM}(KAFKA_TOPIC='s', FORMAT='JSON', PARTITIONS=0)`,
      'BAD_STATEMENT 1:85 Configuration PARTITIONS is invalid: expected a whole number from 1 to 256, but found 0.',
    ],
    [
      `${STREAM}(KAFKA_TOPIC='s', FORMAT='JSON', PARTITIONS=100000)`,
      'BAD_STATEMENT 1:85 Configuration PARTITIONS is invalid: expected a whole number from 1 to 256, but found 100000.',
    ],
    [
      `${STREAM}(KAFKA_TOPIC='s', FORMAT='JSON', PARTITIONS='two')`,
      "BAD_STATEMENT 1:85 Configuration PARTITIONS is invalid: expected a whole number from 1 to 256, but found 'two'.",
    ],
    [
      `${STREAM}(KAFKA_TOPIC='s', FORMAT='DELIMITED', VALUE_DELIMITER='<>')`,
      "BAD_STATEMENT 1:95 Configuration VALUE_DELIMITER is invalid: expected one character that is not blank, or 'SPACE' or 'TAB', but found '<>'.",
    ],
    [
      `${STREAM}(KAFKA_TOPIC='s', FORMAT='JSON', WRAP_SINGLE_VALUE=true)`,
      'BAD_STATEMENT 1:74 WRAP_SINGLE_VALUE is for a single value column, but there are 2. Leave it out.',
    ],
    [
      `${STREAM}(KAFKA_TOPIC='s', FORMAT='JSON', PARTITION=1)`,
      'BAD_STATEMENT 1:74 Invalid config variable in the WITH clause: PARTITION. Did you mean PARTITIONS?',
    ],
    [
      `${STREAM}(KAFKA_TOPIC='s', FORMAT='JSON', QUERY_ID='q')`,
      'BAD_STATEMENT 1:74 QUERY_ID does not belong in the WITH clause of CREATE. It may contain KAFKA_TOPIC, PARTITIONS, REPLICAS, RETENTION_MS, KEY_FORMAT, VALUE_FORMAT, FORMAT, KEY_DELIMITER, VALUE_DELIMITER, WRAP_SINGLE_VALUE, KEY_SCHEMA_ID, VALUE_SCHEMA_ID, KEY_SCHEMA_FULL_NAME, VALUE_SCHEMA_FULL_NAME, VALUE_AVRO_SCHEMA_FULL_NAME, KEY_PROTOBUF_NULLABLE_REPRESENTATION, VALUE_PROTOBUF_NULLABLE_REPRESENTATION, TIMESTAMP, TIMESTAMP_FORMAT, WINDOW_TYPE, WINDOW_SIZE, SOURCED_BY_CONNECTOR, SOURCE_CONNECTOR.',
    ],
    [
      `${STREAM}(KAFKA_TOPIC='s', KAFKA_TOPIC='t')`,
      'BAD_STATEMENT 1:59 The WITH clause contains KAFKA_TOPIC twice.',
    ],
    [
      `${STREAM}(KAFKA_TOPIC='s', FORMAT='JSON', WINDOW_TYPE='SESSION')`,
      'BAD_STATEMENT 1:15 Windowed sources require a key column.',
    ],
    [
      `${STREAM}(KAFKA_TOPIC='s', FORMAT='JSON', WINDOW_TYPE='SLIDING')`,
      "BAD_STATEMENT 1:86 Configuration WINDOW_TYPE is invalid: expected SESSION, HOPPING or TUMBLING, but found 'SLIDING'.",
    ],
    [
      `${STREAM}(KAFKA_TOPIC='s', FORMAT='JSON', WINDOW_TYPE='Hopping')`,
      "BAD_STATEMENT 1:74 'WINDOW_SIZE' should be set for HOPPING windows, as their keys hold only where each starts: WINDOW_SIZE='30 SECONDS'.",
    ],
    [
      `${STREAM}(KAFKA_TOPIC='s', FORMAT='JSON', WINDOW_TYPE='SESSION', WINDOW_SIZE='1 second')`,
      "BAD_STATEMENT 1:97 'WINDOW_SIZE' should not be set for SESSION windows. Their keys hold where each ends.",
    ],
    [
      `${STREAM}(KAFKA_TOPIC='s', FORMAT='JSON', WINDOW_SIZE='1 second')`,
      "BAD_STATEMENT 1:74 'WINDOW_SIZE' needs 'WINDOW_TYPE', which says what windows the keys are of: HOPPING or TUMBLING.",
    ],
    [
      `${STREAM}(KAFKA_TOPIC='s', FORMAT='JSON', WINDOW_TYPE='TUMBLING', WINDOW_SIZE='30 bobs')`,
      "BAD_STATEMENT 1:110 Configuration WINDOW_SIZE is invalid: Invalid duration: '30 bobs'. Unknown time unit: 'BOBS'. It may be NANOSECONDS, MICROSECONDS, MILLISECONDS, SECONDS, MINUTES, HOURS, DAYS.",
    ],
    [
      `${STREAM}(KAFKA_TOPIC='s', FORMAT='JSON', WINDOW_TYPE='TUMBLING', WINDOW_SIZE='30  SECONDS')`,
      "BAD_STATEMENT 1:110 Configuration WINDOW_SIZE is invalid: Invalid duration: '30  SECONDS'. Expected '<number> <unit>', such as '30 SECONDS'.",
    ],
    [
      `${STREAM}(KAFKA_TOPIC='s', FORMAT='JSON', TIMESTAMP_FORMAT='y')`,
      'BAD_STATEMENT 1:74 TIMESTAMP_FORMAT needs TIMESTAMP, which names the column that has this format.',
    ],
    [
      `${STREAM}(KAFKA_TOPIC='s', FORMAT='JSON', TIMESTAMP='w')`,
      'TYPE_MISMATCH 1:84 The TIMESTAMP column must be BIGINT (epoch milliseconds), TIMESTAMP, or STRING with a TIMESTAMP_FORMAT, but W is STRING.',
    ],
    [
      `${STREAM}(KAFKA_TOPIC='s', FORMAT='JSON', TIMESTAMP='v', TIMESTAMP_FORMAT='yyyy')`,
      'TYPE_MISMATCH 1:84 With TIMESTAMP_FORMAT the TIMESTAMP column must be STRING, but V is INTEGER.',
    ],
    [
      `${STREAM}(KAFKA_TOPIC='s', FORMAT='JSON', TIMESTAMP='w', TIMESTAMP_FORMAT='foo')`,
      "BAD_STATEMENT 1:106 The time pattern 'foo' is not valid: Unknown pattern letter: f.",
    ],
    [
      `${STREAM}(KAFKA_TOPIC='s', FORMAT='JSON', TIMESTAMP='x')`,
      'UNKNOWN_COLUMN 1:84 The TIMESTAMP column X is not among the columns of the source.',
    ],
    [
      `${STREAM}(KAFKA_TOPIC='s', FORMAT='JSON', TIMESTAMP='v')`,
      'TYPE_MISMATCH 1:84 The TIMESTAMP column must be BIGINT (epoch milliseconds), TIMESTAMP, or STRING with a TIMESTAMP_FORMAT, but V is INTEGER.',
    ],
    [
      `${STREAM}(KAFKA_TOPIC='', FORMAT='JSON')`,
      'BAD_STATEMENT 1:54 The topic name is empty. Give KAFKA_TOPIC a name.',
    ],
    [
      `${STREAM}(KAFKA_TOPIC='../x', FORMAT='JSON')`,
      "BAD_STATEMENT 1:54 The topic name \"../x\" is illegal: it may contain ASCII letters, digits, '.', '_' and '-', and must not be '.' or '..'.",
    ],
    [
      `${STREAM}(KAFKA_TOPIC='__x', FORMAT='JSON')`,
      'FORBIDDEN 1:54 The topic name __x is reserved for the database itself. Choose another one.',
    ],
    [
      "CREATE STREAM s WITH (KAFKA_TOPIC='s', FORMAT='JSON')",
      'BAD_STATEMENT 1:15 S has no columns. Declare at least one.',
    ],
    [
      "CREATE STREAM s (v INT, v INT) WITH (KAFKA_TOPIC='s', FORMAT='JSON')",
      'BAD_STATEMENT 1:25 Duplicate column names: `V`.',
    ],
    [
      "CREATE STREAM s (rowtime BIGINT) WITH (KAFKA_TOPIC='s', FORMAT='JSON')",
      "BAD_STATEMENT 1:18 'ROWTIME' is a reserved column name. You cannot use it as a name for a column.",
    ],
    [
      "CREATE STREAM s (v INT PRIMARY KEY) WITH (KAFKA_TOPIC='s', FORMAT='JSON')",
      "BAD_STATEMENT 1:18 Column `V` is a 'PRIMARY KEY' column: please use 'KEY' for streams, whose keys need not be unique.",
    ],
    [
      "CREATE TABLE s (v INT KEY) WITH (KAFKA_TOPIC='s', FORMAT='JSON')",
      "BAD_STATEMENT 1:17 Column `V` is a 'KEY' column: please use 'PRIMARY KEY' for tables, which hold one row per key.",
    ],
    [
      "CREATE TABLE s (v INT) WITH (KAFKA_TOPIC='s', FORMAT='JSON')",
      'BAD_STATEMENT 1:14 Tables require a PRIMARY KEY. Please define the PRIMARY KEY: (id INT PRIMARY KEY, ...).',
    ],
    [
      "CREATE TABLE s (k INT PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='s', FORMAT='JSON', RETENTION_MS=1)",
      'BAD_STATEMENT 1:81 RETENTION_MS does not go with a table that is not windowed: it keeps the latest row of every key.',
    ],
    [
      "CREATE STREAM s (v INTT) WITH (KAFKA_TOPIC='s', FORMAT='JSON')",
      'UNKNOWN_TYPE 1:20 There is no type INTT. Did you mean INT?',
    ],
    [
      "CREATE STREAM s (v DECIMAL(2, 3)) WITH (KAFKA_TOPIC='s', FORMAT='JSON')",
      'BAD_STATEMENT 1:20 DECIMAL(2, 3) is impossible: the precision must be at least 1 and the scale between 0 and the precision.',
    ],
    [
      "CREATE STREAM s (v STRUCT<a INT, a INT>) WITH (KAFKA_TOPIC='s', FORMAT='JSON')",
      'BAD_STATEMENT 1:34 The STRUCT has the field `A` twice.',
    ],
    [
      "CREATE OR REPLACE SOURCE STREAM s (v INT) WITH (KAFKA_TOPIC='s', FORMAT='JSON')",
      "BAD_STATEMENT 1:33 Cannot add stream 'S': CREATE OR REPLACE is not supported on source streams. Leave OR REPLACE out; if it exists, DROP STREAM S first.",
    ],
    [
      "CREATE STREAM s (h STRING HEADER('x')) WITH (KAFKA_TOPIC='s', FORMAT='JSON')",
      "TYPE_MISMATCH 1:18 Invalid type for HEADER('x') column: expected BYTES, got STRING",
    ],
    [
      "CREATE STREAM s (h BYTES HEADERS) WITH (KAFKA_TOPIC='s', FORMAT='JSON')",
      'TYPE_MISMATCH 1:18 Invalid type for HEADERS column: expected ARRAY<STRUCT<`KEY` STRING, `VALUE` BYTES>>, got BYTES',
    ],
    [
      "CREATE STREAM s (a BYTES HEADER('x'), b BYTES HEADER('x')) WITH (KAFKA_TOPIC='s', FORMAT='JSON')",
      "BAD_STATEMENT 1:39 Schema already contains a HEADER('x') column: `A`. A source has one column for all headers, or one for each key.",
    ],
    [
      "CREATE STREAM s (a ARRAY<STRUCT<key STRING, value BYTES>> HEADERS, b BYTES HEADER('x')) WITH (KAFKA_TOPIC='s', FORMAT='JSON')",
      'BAD_STATEMENT 1:68 Schema already contains a HEADERS column: `A`. A source has one column for all headers, or one for each key.',
    ],
  ])('%s', (sql, expected) => {
    expect(wrong(sql)).toBe(expected);
  });

  test('more columns than 1,000', () => {
    const columns = Array.from({ length: 1001 }, (_, n) => `c${n} INT`).join(', ');
    expect(wrong(`CREATE STREAM s (${columns}) WITH (KAFKA_TOPIC='s', FORMAT='JSON')`)).toBe(
      'BAD_STATEMENT 1:15 1001 columns are too many: a source can have 1000. Group some in a STRUCT.',
    );
  });
});
