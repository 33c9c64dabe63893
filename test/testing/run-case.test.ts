import { describe, expect, test } from 'vitest';
import { parseCases, type TestCase } from '../../src/testing/json-case.ts';
import type { Outcome } from '../../src/testing/outcome.ts';
import { runCase } from '../../src/testing/run-case.ts';

/** The text of a case, its members as JSON texts: numbers keep their spelling. */
interface CaseTexts {
  readonly statements: readonly string[];
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
  readonly topics?: string;
  readonly properties?: string;
  readonly post?: string;
  readonly expectsError?: boolean;
}

function caseOf(texts: CaseTexts): TestCase {
  const members = [
    '"name": "own"',
    `"statements": ${JSON.stringify(texts.statements)}`,
    `"inputs": [${(texts.inputs ?? []).join()}]`,
    `"outputs": [${(texts.outputs ?? []).join()}]`,
    ...(texts.topics === undefined ? [] : [`"topics": ${texts.topics}`]),
    ...(texts.properties === undefined ? [] : [`"properties": ${texts.properties}`]),
    ...(texts.post === undefined ? [] : [`"post": ${texts.post}`]),
    ...(texts.expectsError === true ? ['"expectedException": {}'] : []),
  ];
  return parseCases(`[{${members.join()}}]`)[0] as TestCase;
}

function outcomeOf(texts: CaseTexts): Promise<Outcome> {
  return runCase(caseOf(texts));
}

const PASSED: Outcome = { kind: 'passed', refusal: null, skippedCount: 0 };

const ORDERS = `CREATE STREAM orders (id INT KEY, price DECIMAL(6, 2), note STRING, tags ARRAY<STRING>)
  WITH (KAFKA_TOPIC='orders', VALUE_FORMAT='JSON');`;

/** A filter that keeps the first and the last of three records. */
const FILTER: CaseTexts = {
  statements: [ORDERS, 'CREATE STREAM dear AS SELECT * FROM orders WHERE price > 5;'],
  inputs: [
    '{"topic": "orders", "key": 1, "value": {"price": 9.50, "note": "a", "tags": ["x"]}, "timestamp": 10}',
    '{"topic": "orders", "key": 2, "value": {"price": 1.00}, "timestamp": 20}',
    '{"topic": "orders", "key": 3, "value": {"price": 7, "tags": []}, "timestamp": 30}',
  ],
  outputs: [
    '{"topic": "DEAR", "key": 1, "value": {"PRICE": 9.50, "NOTE": "a", "TAGS": ["x"]}, "timestamp": 10}',
    '{"topic": "DEAR", "key": 3, "value": {"PRICE": 7.00, "NOTE": null, "TAGS": []}, "timestamp": 30}',
  ],
};

/** A count by window over two keys. */
const WINDOWS: CaseTexts = {
  statements: [
    ORDERS,
    'CREATE TABLE counts AS SELECT id, COUNT(*) AS n FROM orders WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY id;',
  ],
  inputs: [
    '{"topic": "orders", "key": 1, "value": {"price": 1}, "timestamp": 1000}',
    '{"topic": "orders", "key": 1, "value": {"price": 1}, "timestamp": 12000}',
  ],
  outputs: [
    '{"topic": "COUNTS", "key": 1, "value": {"N": 1}, "window": {"start": 0, "end": 10000, "type": "time"}}',
    '{"topic": "COUNTS", "key": 1, "value": {"N": 1}, "window": {"start": 10000, "end": 20000, "type": "time"}}',
  ],
};

/** The texts with one piece of the outputs put in place of another. */
function corrupted(texts: CaseTexts, piece: string, by: string): CaseTexts {
  const before = (texts.outputs ?? []).join('\n');
  const after = before.replace(piece, by);
  expect(after, 'the corruption changes something').not.toBe(before);
  return { ...texts, outputs: after.split('\n') };
}

describe('a case', () => {
  test('whose records all come out as expected passes', async () => {
    expect(await outcomeOf(FILTER)).toEqual(PASSED);
    expect(await outcomeOf(WINDOWS)).toEqual(PASSED);
  });

  test.each<[string, CaseTexts, string]>([
    ['value', corrupted(FILTER, '"a"', '"b"'), 'DEAR[0] value.NOTE: expected "b", found "a"'],
    ['key', corrupted(FILTER, '"key": 3', '"key": 4'), 'DEAR[1] key: expected 4, found 3'],
    [
      'key that is expected to be null',
      corrupted(FILTER, '"key": 3, ', ''),
      'DEAR[1] key: expected null, found 3',
    ],
    [
      'timestamp',
      corrupted(FILTER, '"timestamp": 30', '"timestamp": 31'),
      'DEAR[1] timestamp: expected 31, found 30',
    ],
    [
      'null where the field is expected to be absent',
      corrupted(FILTER, '"NOTE": null, ', ''),
      'DEAR[1] value: expected {"PRICE":7.00,"TAGS":[]}, found {"PRICE":7.00,"NOTE":null,"TAGS":[]}',
    ],
    [
      'number of digits of a decimal',
      corrupted(FILTER, '9.50', '9.5'),
      'DEAR[0] value.PRICE: expected 9.5, found 9.50',
    ],
    [
      'decimal that is expected to be an integer',
      corrupted(FILTER, '7.00', '7'),
      'DEAR[1] value.PRICE: expected 7, found 7.00',
    ],
    [
      'length of an array',
      corrupted(FILTER, '["x"]', '["x", "y"]'),
      'DEAR[0] value.TAGS: expected ["x","y"], found ["x"]',
    ],
    [
      'value where a deletion is expected',
      corrupted(FILTER, '{"PRICE": 7.00, "NOTE": null, "TAGS": []}', 'null'),
      'DEAR[1] value: expected null, found {"PRICE":7.00,"NOTE":null,"TAGS":[]}',
    ],
    [
      'header',
      corrupted(FILTER, '"key": 1,', '"key": 1, "headers": [{"KEY": "h", "VALUE": "IQ=="}],'),
      'DEAR[0] headers: expected h=IQ==, found none',
    ],
    [
      'start of a window',
      corrupted(WINDOWS, '"start": 10000', '"start": 9000'),
      'COUNTS[1] window: expected time 9000..20000, found time 10000..20000',
    ],
    [
      'end of a window',
      corrupted(WINDOWS, '"end": 20000', '"end": 20001'),
      'COUNTS[1] window: expected time 10000..20001, found time 10000..20000',
    ],
    [
      'kind of window',
      corrupted(WINDOWS, '"time"', '"session"'),
      'COUNTS[0] window: expected session 0..10000, found time 0..10000',
    ],
    [
      'window where none is expected',
      corrupted(WINDOWS, ', "window": {"start": 0, "end": 10000, "type": "time"}', ''),
      'COUNTS[0] window: expected none, found time 0..10000',
    ],
  ])('with another %s fails', async (_what, texts, message) => {
    expect(await outcomeOf(texts)).toEqual({ kind: 'failed', reason: 'records', message });
  });

  test('with a record missing fails', async () => {
    const outputs = [...(FILTER.outputs ?? []), '{"topic": "DEAR", "key": 5, "value": null}'];
    expect(await outcomeOf({ ...FILTER, outputs })).toEqual({
      kind: 'failed',
      reason: 'records',
      message: 'DEAR: expected 3 records, found 2; the first missing is 5: null',
    });
  });

  test('with a record too many fails', async () => {
    const outputs = (FILTER.outputs ?? []).slice(0, 1);
    expect(await outcomeOf({ ...FILTER, outputs })).toMatchObject({
      kind: 'failed',
      reason: 'records',
      message: expect.stringContaining('DEAR: expected 1 records, found 2') as unknown,
    });
  });

  test('with records in another order fails', async () => {
    const outputs = (FILTER.outputs ?? []).toReversed();
    expect(await outcomeOf({ ...FILTER, outputs })).toMatchObject({ reason: 'records' });
  });

  test('that must be refused and runs fails', async () => {
    expect(await outcomeOf({ ...FILTER, expectsError: true })).toMatchObject({
      kind: 'failed',
      reason: 'not refused',
    });
    const { statements } = FILTER;
    expect(await outcomeOf({ statements, expectsError: true })).toMatchObject({
      kind: 'failed',
      reason: 'not refused',
    });
  });

  test('that must be refused passes when its last statement is, and only then', async () => {
    const bad = 'CREATE STREAM bad AS SELECT nothing FROM orders;';
    const good = 'CREATE STREAM good AS SELECT * FROM orders;';
    expect(await outcomeOf({ statements: [ORDERS, bad], expectsError: true })).toMatchObject({
      kind: 'passed',
      refusal: expect.stringContaining('NOTHING') as unknown,
    });
    expect(await outcomeOf({ statements: [ORDERS, bad, good], expectsError: true })).toMatchObject({
      kind: 'failed',
      reason: 'refused',
    });
  });

  test('that must run and is refused fails with the message', async () => {
    const statements = [ORDERS, 'CREATE STREAM bad AS SELECT nothing FROM orders;'];
    expect(await outcomeOf({ statements })).toMatchObject({
      kind: 'failed',
      reason: 'refused',
      message: expect.stringContaining('NOTHING') as unknown,
    });
  });

  test('that starts no query fails', async () => {
    expect(await outcomeOf({ statements: [ORDERS] })).toEqual({
      kind: 'failed',
      reason: 'case',
      message: 'there is no persistent query',
    });
  });

  test('with an input for a topic without a source fails', async () => {
    const inputs = ['{"topic": "elsewhere", "value": null}'];
    expect(await outcomeOf({ ...FILTER, inputs })).toEqual({
      kind: 'failed',
      reason: 'case',
      message: 'no source stands over the topic elsewhere of an input',
    });
  });
});

describe('an internal error', () => {
  test('is never taken for the refusal a case expects', async () => {
    // A property that breaks whoever reads it: the statement fails, and nobody but us is to blame.
    const broken = {
      toString() {
        throw new RangeError('broken');
      },
    };
    const properties = new Map([['auto.offset.reset', broken as unknown as string]]);
    for (const expectsError of [true, false]) {
      const testCase = caseOf({ statements: [ORDERS], expectsError });
      expect(await runCase({ ...testCase, properties })).toMatchObject({
        kind: 'failed',
        reason: 'internal',
        message: expect.stringContaining('RangeError: broken') as unknown,
      });
    }
  });
});

describe('statements', () => {
  test('run with the properties of the case, and SET holds for those that follow', async () => {
    const source = "CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s');";
    const copy = 'CREATE STREAM copy AS SELECT * FROM s;';
    const properties = '{"ksql.persistence.default.format.value": "JSON"}';
    expect(await outcomeOf({ statements: [source, copy], properties })).toEqual(PASSED);
    const set = "SET 'ksql.persistence.default.format.value' = 'JSON';";
    expect(await outcomeOf({ statements: [set, source, copy] })).toEqual(PASSED);
    expect(await outcomeOf({ statements: [source, copy] })).toMatchObject({ reason: 'refused' });
  });

  test('see the topics of the case with their partitions', async () => {
    const source = `CREATE STREAM s (k INT KEY, v INT)
      WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=3);`;
    const statements = [source, 'CREATE STREAM copy AS SELECT * FROM s;'];
    const three = '[{"name": "s", "partitions": 3}]';
    expect(await outcomeOf({ statements, topics: three })).toEqual(PASSED);
    const two = '[{"name": "s", "partitions": 2}]';
    expect(await outcomeOf({ statements, topics: two })).toMatchObject({ reason: 'refused' });
  });

  test('INSERT VALUES are records of their topic, fed to the queries that read it', async () => {
    const statements = [
      ORDERS,
      'CREATE STREAM dear AS SELECT id, price FROM orders;',
      'INSERT INTO orders (id, price) VALUES (4, 3.25);',
      'INSERT INTO orders (rowtime, id, price) VALUES (77, 5, 1);',
    ];
    const outputs = [
      '{"topic": "DEAR", "key": 4, "value": {"PRICE": 3.25}, "timestamp": 0}',
      '{"topic": "DEAR", "key": 5, "value": {"PRICE": 1.00}, "timestamp": 77}',
      '{"topic": "orders", "key": 4, "value": {"PRICE": 3.25, "NOTE": null, "TAGS": null}}',
      '{"topic": "orders", "key": 5, "value": {"PRICE": 1.00, "NOTE": null, "TAGS": null}}',
    ];
    expect(await outcomeOf({ statements, outputs })).toEqual(PASSED);
  });
});

describe('records', () => {
  test('go through a chain of queries, one query after the other', async () => {
    const statements = [
      ORDERS,
      "CREATE STREAM named WITH (VALUE_FORMAT='DELIMITED') AS SELECT id, note FROM orders;",
      'CREATE TABLE per_note AS SELECT note, COUNT(*) AS n FROM named GROUP BY note;',
    ];
    const inputs = [
      '{"topic": "orders", "key": 1, "value": {"note": "a"}}',
      '{"topic": "orders", "key": 2, "value": {"note": "b"}}',
      '{"topic": "orders", "key": 3, "value": {"note": "a"}}',
    ];
    const outputs = [
      '{"topic": "NAMED", "key": 1, "value": "a"}',
      '{"topic": "NAMED", "key": 2, "value": "b"}',
      '{"topic": "NAMED", "key": 3, "value": "a"}',
      '{"topic": "PER_NOTE", "key": "a", "value": "1"}',
      '{"topic": "PER_NOTE", "key": "b", "value": "1"}',
      '{"topic": "PER_NOTE", "key": "a", "value": "2"}',
    ];
    expect(await outcomeOf({ statements, inputs, outputs })).toEqual(PASSED);
  });

  test('of two topics are processed in the order of the case, whatever their timestamps say', async () => {
    const statements = [
      ORDERS,
      "CREATE TABLE names (id INT PRIMARY KEY, name STRING) WITH (KAFKA_TOPIC='names', VALUE_FORMAT='JSON');",
      'CREATE STREAM joined AS SELECT o.id, n.name FROM orders o LEFT JOIN names n ON o.id = n.id;',
    ];
    const inputs = [
      '{"topic": "orders", "key": 1, "value": {}, "timestamp": 50}',
      '{"topic": "names", "key": 1, "value": {"name": "one"}, "timestamp": 60}',
      '{"topic": "orders", "key": 1, "value": {}, "timestamp": 10}',
    ];
    const outputs = [
      '{"topic": "JOINED", "key": 1, "value": {"NAME": null}, "timestamp": 50}',
      '{"topic": "JOINED", "key": 1, "value": {"NAME": "one"}, "timestamp": 10}',
    ];
    expect(await outcomeOf({ statements, inputs, outputs })).toEqual(PASSED);
  });

  test('carry the headers they are given', async () => {
    const header = '"headers": [{"KEY": "h", "VALUE": "IQ=="}, {"KEY": "none", "VALUE": null}]';
    const inputs = [`{"topic": "orders", "key": 1, "value": {"price": 9}, ${header}}`];
    const { statements } = FILTER;
    const kept = [`{"topic": "orders", "key": 1, "value": {"price": 9}, ${header}}`];
    expect(await outcomeOf({ statements, inputs, outputs: kept })).toEqual(PASSED);
    const lost = ['{"topic": "orders", "key": 1, "value": {"price": 9}}'];
    expect(await outcomeOf({ statements, inputs, outputs: lost })).toMatchObject({
      message: 'orders[0] headers: expected none, found h=IQ==, none=null',
    });
  });

  test.each([
    ['INT', '-7', '-7'],
    ['BIGINT', '9007199254740993', '9007199254740993'],
    ['DOUBLE', '2.5', '2.5'],
    ['STRING', '"é"', '"é"'],
  ])('have keys of the KAFKA format of type %s', async (type, input, output) => {
    const source = `CREATE STREAM s (k ${type} KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');`;
    const statements = [source, "CREATE STREAM c WITH (KEY_FORMAT='JSON') AS SELECT * FROM s;"];
    const inputs = [`{"topic": "s", "key": ${input}, "value": {"v": 1}}`];
    const outputs = [
      `{"topic": "s", "key": ${output}, "value": {"v": 1}}`,
      `{"topic": "C", "key": ${output}, "value": {"V": 1}}`,
    ];
    expect(await outcomeOf({ statements, inputs, outputs })).toEqual(PASSED);
  });
});

function post(members: string): CaseTexts {
  return { ...FILTER, post: members };
}

describe('what must be known at the end', () => {
  const source = (members: string): CaseTexts =>
    post(`{"sources": [{"name": "DEAR", "type": "stream"${members}}]}`);
  const topic = (members: string): CaseTexts =>
    post(`{"topics": {"topics": [{"name": "DEAR"${members}}]}}`);
  const formats = ', "keyFormat": {"format": "KAFKA"}, "valueFormat": {"format": "JSON"}';
  const schema = 'ID INT KEY, PRICE DECIMAL(6, 2), NOTE STRING, TAGS ARRAY<STRING>';

  test.each<[string, CaseTexts]>([
    ['a source', source(`, "schema": "${schema}"`)],
    ['its formats', source(', "keyFormat": {"format": "KAFKA"}, "valueFormat": "JSON"')],
    ['its features', source(', "keyFeatures": [], "valueFeatures": [], "isSource": false')],
    ['a topic', topic(`${formats}, "partitions": 4`)],
    ['topics there must not be', post('{"topics": {"blacklist": ".*-repartition"}}')],
  ])('passes for %s as it is', async (_what, texts) => {
    expect(await outcomeOf(texts)).toEqual(PASSED);
  });

  test.each<[string, CaseTexts, string]>([
    ['kind', post('{"sources": [{"name": "DEAR", "type": "table"}]}'), 'type: expected TABLE'],
    ['column', source(`, "schema": "${schema.replace('NOTE', 'NODE')}"`), 'schema: expected'],
    ['column type', source(`, "schema": "${schema.replace('6, 2', '6, 3')}"`), 'schema: expected'],
    ['key column', source(`, "schema": "${schema.replace(' KEY', '')}"`), 'schema: expected'],
    ['key format', source(', "keyFormat": {"format": "JSON"}'), 'key format: expected JSON'],
    [
      'window',
      source(', "keyFormat": {"format": "KAFKA", "windowType": "TUMBLING", "windowSize": 1}'),
      'window type: expected TUMBLING, found null',
    ],
    ['value format', source(', "valueFormat": "KAFKA"'), 'value format: expected KAFKA'],
    ['feature', source(', "valueFeatures": ["UNWRAP_SINGLES"]'), 'value features: expected'],
    [
      'missing source',
      post('{"sources": [{"name": "X", "type": "stream"}]}'),
      'source X: expected',
    ],
    ['partition count', topic(`${formats}, "partitions": 3`), 'partitions: expected 3, found 4'],
    ['topic format', topic(formats.replace('JSON', 'AVRO')), 'value format: expected AVRO'],
    ['registered schema', topic(`${formats}, "valueSchema": {}`), 'DEAR-value: expected a schema'],
    [
      'missing topic',
      post(`{"topics": {"topics": [{"name": "none"${formats}}]}}`),
      'topic none: expected to exist',
    ],
    ['forbidden topic', post('{"topics": {"blacklist": "^DE"}}'), 'topics: expected none like'],
  ])('fails for another %s', async (_what, texts, message) => {
    expect(await outcomeOf(texts)).toMatchObject({
      kind: 'failed',
      reason: 'metadata',
      message: expect.stringContaining(message) as unknown,
    });
  });

  test('counts a hand-over between tasks as a repartition topic', async () => {
    const statements = [
      ORDERS,
      'CREATE TABLE counts AS SELECT note, COUNT(*) FROM orders GROUP BY note;',
    ];
    const blacklist = '{"topics": {"blacklist": ".*-repartition"}}';
    expect(await outcomeOf({ statements, post: blacklist })).toMatchObject({ reason: 'metadata' });
  });

  test('leaves out topics only another engine has, and counts them', async () => {
    const internal = `{"topics": {"topics": [{"name": "_x-Aggregate-changelog"${formats}}]}}`;
    expect(await outcomeOf(post(internal))).toEqual({ ...PASSED, skippedCount: 1 });
  });
});

describe('topics with schemas', () => {
  test('feed records by their schema and read results by that of the sink', async () => {
    expect(await runCopy({ written: 'A', value: '{"A": 5}' })).toMatchObject({ kind: 'passed' });
  });

  test('tell a value that the schema does not hold', async () => {
    const outcome = await runCopy({ written: 'B', value: '{"A": 5}' });
    expect(outcome).toMatchObject({ kind: 'failed', reason: 'case' });
  });

  test('compare every field that the schema of the sink has', async () => {
    const outcome = await runCopy({ written: 'A', value: '{"A": 5, "B": null}' });
    expect(outcome).toMatchObject({ kind: 'failed', reason: 'records' });
  });

  test('compare the schema that is registered in the end', async () => {
    const schema = `, "valueSchema": ${avroSchema('A')}`;
    const outcome = await runCopy({ written: 'A', value: '{"A": 5}', schema });
    expect(outcome).toMatchObject({ kind: 'failed', reason: 'metadata' });
  });
});

function avroSchema(field: string): string {
  return `{"type": "record", "name": "R", "fields": [
    {"name": "${field}", "type": "int"}, {"name": "More", "type": ["null", "string"]}]}`;
}

/** A case that adds 1 to the column A. @param options.written the field that its input topic has. */
async function runCopy(options: {
  written: string;
  value: string;
  schema?: string;
}): Promise<Outcome> {
  const [testCase] = parseCases(`[{"name": "copy",
    "topics": [{"name": "in", "valueSchema": ${avroSchema(options.written)}}],
    "statements": [
      "CREATE STREAM I (A BIGINT) WITH (KAFKA_TOPIC='in', VALUE_FORMAT='AVRO');",
      "CREATE STREAM O AS SELECT A + 1 AS A FROM I;"],
    "inputs": [{"topic": "in", "value": {"a": "4", "unknown": 1}}],
    "outputs": [{"topic": "O", "value": ${options.value}}],
    "post": {"topics": {"topics": [{"name": "O", "keyFormat": {"format": "KAFKA"},
      "valueFormat": {"format": "AVRO"} ${options.schema ?? ''}}]}}}]`);
  return runCase(testCase as TestCase);
}

describe('a record with a negative timestamp', () => {
  const statements = [ORDERS, 'CREATE STREAM copy AS SELECT * FROM orders;'];
  const inputs = [
    '{"topic": "orders", "key": 1, "value": {"price": 1}, "timestamp": -1}',
    '{"topic": "orders", "key": 2, "value": {"price": 2}, "timestamp": 5}',
  ];

  test('ends the query', async () => {
    expect(await outcomeOf({ statements, inputs, expectsError: true })).toEqual({
      kind: 'passed',
      refusal:
        'The record at offset 0 of partition 0 of orders has no usable time: the timestamp is null or negative.',
      skippedCount: 0,
    });
  });

  test('is left out when the session asks for that', async () => {
    const properties = JSON.stringify({
      'ksql.streams.default.timestamp.extractor':
        'org.apache.kafka.streams.processor.LogAndSkipOnInvalidTimestamp',
    });
    const outputs = [
      '{"topic": "COPY", "key": 2, "value": {"PRICE": 2.00, "NOTE": null, "TAGS": null}}',
    ];
    expect(await outcomeOf({ statements, inputs, outputs, properties })).toEqual(PASSED);
  });
});
