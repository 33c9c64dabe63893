import { describe, expect, test } from 'vitest';
import { analyzeCreateAsSelect } from '../../src/analyze/create-as-select.ts';
import type { FormatSpec } from '../../src/formats/format.ts';
import { formatSchema } from '../../src/sql/schema.ts';
import { STRING } from '../../src/sql/types.ts';
import { CATALOG, explain, parse, refusal, source } from './fixture.ts';

const DEFAULTS = { keyFormat: 'KAFKA', valueFormat: null, wrapSingleValues: null, topicPrefix: '' };

const WITH_DELIMITED = CATALOG.withSource(
  source(
    'STREAM',
    'LINES',
    { keys: { K: STRING }, values: { A: STRING, B: STRING } },
    {
      keyFormat: { name: 'NONE' },
      valueFormat: { name: 'DELIMITED', delimiter: '|' },
      partitionCount: 7,
    },
  ),
);

function create(sql: string, catalog = WITH_DELIMITED) {
  return analyzeCreateAsSelect(parse(sql, 'createAsSelect'), { catalog, defaults: DEFAULTS, sql });
}

/** The value format of a copy of LINES. */
function valueFormat(properties: string): FormatSpec {
  return create(`CREATE STREAM x ${properties} AS SELECT a, b, k FROM lines PARTITION BY k`)
    .definition.valueFormat;
}

function wrong(sql: string, catalog = WITH_DELIMITED): string {
  const { code, at, message } = refusal(() => create(sql, catalog));
  return `${code} ${at} ${message}`;
}

test('the sink has the schema of the result, its own name as topic and the formats of the source', () => {
  const sql =
    'CREATE TABLE per_user AS SELECT user, COUNT(*) AS n, SUM(ms) AS total FROM clicks GROUP BY user EMIT CHANGES';
  const { definition, topic, query } = create(sql);
  expect(definition).toEqual({
    kind: 'TABLE',
    name: 'PER_USER',
    topic: 'PER_USER',
    keyFormat: { name: 'KAFKA', unwrapped: true },
    valueFormat: { name: 'JSON' },
    schema: query.root.schema,
    timestamp: null,
    sql,
  });
  expect(formatSchema(definition.schema)).toBe('`USER` STRING KEY, `N` BIGINT, `TOTAL` BIGINT');
  expect(topic).toEqual({ partitions: 2, replicas: null, retentionMs: null });
  expect(explain(query.root).at(-1)).toBe('source CLICKS AS CLICKS');
});

test('properties override what is inherited', () => {
  const { definition, topic } = create(
    "CREATE STREAM x WITH (KAFKA_TOPIC='y', PARTITIONS=5, VALUE_FORMAT='DELIMITED', TIMESTAMP='ms') AS SELECT user, ms FROM clicks",
  );
  expect(definition).toMatchObject({
    topic: 'y',
    valueFormat: { name: 'DELIMITED', unwrapped: true },
    timestamp: { column: 'MS', format: null },
  });
  expect(topic.partitions).toBe(5);
});

test('the delimiter is inherited with the format, and repeating the format keeps it', () => {
  expect(valueFormat('')).toEqual({ name: 'DELIMITED', delimiter: '|' });
  expect(valueFormat("WITH (VALUE_FORMAT='DELIMITED')")).toEqual({
    name: 'DELIMITED',
    delimiter: '|',
  });
  expect(valueFormat("WITH (VALUE_FORMAT='JSON')")).toEqual({ name: 'JSON' });
});

test('a result with keys over a source without a key format gets the default one', () => {
  const { definition } = create('CREATE STREAM x AS SELECT * FROM lines PARTITION BY a');
  expect(definition.keyFormat).toEqual({ name: 'KAFKA', unwrapped: true });
});

test('PARTITION BY NULL makes a keyless stream of format NONE', () => {
  const { definition } = create('CREATE STREAM x AS SELECT * FROM clicks PARTITION BY NULL');
  expect(definition.keyFormat).toEqual({ name: 'NONE' });
  expect(definition.schema.keys).toEqual([]);
});

describe('refused', () => {
  test.each([
    [
      'CREATE STREAM x AS SELECT page, COUNT(*) FROM clicks GROUP BY page',
      'BAD_STATEMENT 1:15 Invalid result type. Your SELECT query produces a TABLE. Please use CREATE TABLE AS SELECT statement instead.',
    ],
    [
      'CREATE TABLE x AS SELECT * FROM clicks',
      'BAD_STATEMENT 1:14 Invalid result type. Your SELECT query produces a STREAM. Please use CREATE STREAM AS SELECT statement instead.',
    ],
    [
      'CREATE TABLE x AS SELECT page, n, COUNT(*) FROM clicks GROUP BY page, n',
      'BAD_STATEMENT 1:14 Format KAFKA holds a single key column, found 2: PAGE, N. JSON and DELIMITED hold several.',
    ],
    [
      "CREATE STREAM x WITH (KEY_FORMAT='JSON') AS SELECT * FROM clicks PARTITION BY NULL",
      'BAD_STATEMENT 1:23 KEY_FORMAT is JSON, but PARTITION BY NULL removes the key. Leave KEY_FORMAT out.',
    ],
    [
      "CREATE STREAM x WITH (TIMESTAMP='rtio') AS SELECT user, ratio FROM clicks",
      'UNKNOWN_COLUMN 1:33 The TIMESTAMP column RTIO is not among the columns of the source. Did you mean RATIO?',
    ],
    [
      'CREATE STREAM `_command` AS SELECT * FROM clicks',
      'FORBIDDEN 1:15 The topic name _command is reserved for the database itself. Choose another one.',
    ],
    [
      'CREATE STREAM x AS SELECT * FROM clicks LIMIT 2',
      'BAD_STATEMENT 1:20 A persistent query runs until it is terminated: LIMIT belongs to a SELECT of its own.',
    ],
  ])('%s', (sql, expected) => {
    expect(wrong(sql)).toBe(expected);
  });

  test('a replaced source that would feed itself, naming the way round', () => {
    const catalog = CATALOG.withQuery({
      id: 'CSAS_VISITS_3',
      kind: 'CSAS',
      sql: '',
      reads: ['CLICKS'],
      writes: 'VISITS',
    });
    expect(wrong('CREATE OR REPLACE STREAM clicks AS SELECT * FROM visits', catalog)).toBe(
      'BAD_STATEMENT 1:50 The query would make a cycle: CLICKS -> VISITS -> CLICKS. Write to another stream.',
    );
  });
});
