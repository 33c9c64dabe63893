import { expect, test } from 'vitest';
import { parseStatement } from '../../grammar/parser.ts';
import { analyzeCreateSource } from '../../src/analyze/create-source.ts';
import { formatSchema } from '../../src/sql/schema.ts';

const DEFAULTS = {
  keyFormat: 'KAFKA',
  valueFormat: 'JSON',
  wrapSingleValues: null,
  topicPrefix: '',
};

function schemaOf(columns: string): string {
  const sql = `CREATE STREAM s (${columns}) WITH (KAFKA_TOPIC='s');`;
  const { statement } = parseStatement(sql);
  if (statement.kind !== 'createSource') throw new Error(`${sql} is no CREATE STREAM`);
  return formatSchema(
    analyzeCreateSource(statement, { defaults: DEFAULTS, sql }).definition.schema,
  );
}

test('header columns stay where they are declared and say what they read', () => {
  expect(schemaOf("a BYTES HEADER('x''y'), k INT KEY, v INT, b BYTES HEADER('z')")).toBe(
    "`K` INTEGER KEY, `A` BYTES HEADER('x''y'), `V` INTEGER, `B` BYTES HEADER('z')",
  );
  expect(schemaOf('v INT, h ARRAY<STRUCT<key STRING, value BYTES>> HEADERS')).toBe(
    '`V` INTEGER, `H` ARRAY<STRUCT<`KEY` STRING, `VALUE` BYTES>> HEADERS',
  );
});

test('HEADER and HEADERS are names as well', () => {
  expect(schemaOf("header BYTES HEADER('a'), headers INT")).toBe(
    "`HEADER` BYTES HEADER('a'), `HEADERS` INTEGER",
  );
});
