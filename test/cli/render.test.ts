import { describe, expect, test } from 'vitest';
import type { Entity, SourceDescription } from '../../src/api/entities.ts';
import { renderEntity } from '../../cli/render.ts';

function lines(...text: string[]): string {
  return text.map((line) => `${line}\n`).join('');
}

const STREAM: SourceDescription = {
  name: 'CLICKS',
  windowType: null,
  readQueries: [],
  writeQueries: [],
  fields: [
    { name: 'ID', schema: { type: 'STRING', fields: null, memberSchema: null }, type: 'KEY' },
    { name: 'N', schema: { type: 'BIGINT', fields: null, memberSchema: null } },
  ],
  type: 'STREAM',
  timestamp: '',
  statistics: '',
  errorStats: '',
  extended: false,
  keyFormat: 'KAFKA',
  valueFormat: 'JSON',
  topic: 'clicks',
  partitions: 2,
  replication: 1,
  statement: 'CREATE STREAM CLICKS\n  (ID STRING KEY, N BIGINT);',
  queryOffsetSummaries: [],
  sourceConstraints: [],
  clusterStatistics: [],
  clusterErrorStats: [],
};

function describeSource(sourceDescription: SourceDescription): string {
  const warnings: Entity['warnings'] = [];
  return renderEntity({
    '@type': 'sourceDescription',
    statementText: '',
    sourceDescription,
    warnings,
  });
}

test('a command status is its message, with its warnings below', () => {
  expect(
    renderEntity({
      '@type': 'currentStatus',
      statementText: '',
      commandId: 'stream/`S`/create',
      commandStatus: { status: 'SUCCESS', message: 'Stream created', queryId: null },
      commandSequenceNumber: 2,
      warnings: [{ message: 'The topic\u0007 was there' }],
    }),
  ).toBe(
    lines(
      ' Message',
      '-----------------',
      ' Stream created',
      '-----------------',
      'WARNING: The topic\\u0007 was there',
    ),
  );
});

test('sources are a table in the order they came', () => {
  const source = {
    type: 'TABLE',
    name: 'PER_USER',
    topic: 'PER_USER',
    keyFormat: 'KAFKA',
    valueFormat: 'JSON',
    isWindowed: true,
  } as const;
  expect(
    renderEntity({ '@type': 'tables', statementText: '', tables: [source], warnings: [] }),
  ).toBe(
    lines(
      ' Table Name | Kafka Topic | Key Format | Value Format | Windowed',
      '------------------------------------------------------------------',
      ' PER_USER   | PER_USER    | KAFKA      | JSON         | true',
      '------------------------------------------------------------------',
    ),
  );
});

test('topics show one count of replicas when it is the same everywhere', () => {
  const topics = [
    { name: 'a', replicaInfo: [1, 1, 1] },
    { name: 'b', replicaInfo: [1, 2] },
  ];
  expect(renderEntity({ '@type': 'kafka_topics', statementText: '', topics, warnings: [] })).toBe(
    lines(
      ' Kafka Topic | Partitions | Partition Replicas',
      '------------------------------------------------',
      ' a           | 3          | 1',
      ' b           | 2          | 1, 2',
      '------------------------------------------------',
    ),
  );
});

test('queries show their statement in one line', () => {
  const query = {
    queryString: 'CREATE TABLE T AS\n  SELECT 1;',
    sinks: ['T'],
    sinkKafkaTopics: ['T'],
    id: 'CTAS_T_1',
    statusCount: { RUNNING: 1 },
    queryType: 'PERSISTENT',
    state: 'RUNNING',
  } as const;
  expect(
    renderEntity({ '@type': 'queries', statementText: '', queries: [query], warnings: [] }),
  ).toBe(
    lines(
      ' Query ID | Query Type | Status    | Sink Name | Sink Kafka Topic | Query String',
      '-------------------------------------------------------------------------------------------------',
      ' CTAS_T_1 | PERSISTENT | RUNNING:1 | T         | T                | CREATE TABLE T AS SELECT 1;',
      '-------------------------------------------------------------------------------------------------',
      'More about a query: EXPLAIN <Query ID>;',
    ),
  );
});

describe('a source', () => {
  test('shows its columns', () => {
    expect(describeSource(STREAM)).toBe(
      lines(
        'Name                 : CLICKS',
        ' Field | Type',
        '---------------------------------',
        ' ID    | VARCHAR(STRING)  (key)',
        ' N     | BIGINT',
        '---------------------------------',
        'More about it: DESCRIBE CLICKS EXTENDED;',
      ),
    );
  });

  test('tells keys of tables, windows, headers and nested types', () => {
    const string = { type: 'STRING', fields: null, memberSchema: null };
    const decimal = {
      type: 'DECIMAL',
      fields: null,
      memberSchema: null,
      parameters: { precision: 4, scale: 2 },
    };
    const array = { type: 'ARRAY', fields: null, memberSchema: decimal };
    const fields = [
      { name: 'K', schema: { type: 'INTEGER', fields: null, memberSchema: null }, type: 'KEY' },
      { name: 'H', schema: array, type: 'HEADER' },
      { name: 'T', schema: { ...string, type: 'BYTES' }, type: 'HEADER', headerKey: 'trace' },
      {
        name: 'V',
        schema: {
          type: 'STRUCT',
          fields: [
            { name: 'A', schema: array },
            { name: 'M', schema: { type: 'MAP', fields: null, memberSchema: string } },
          ],
          memberSchema: null,
        },
      },
    ] as const;
    expect(
      describeSource({ ...STREAM, type: 'TABLE', windowType: 'TUMBLING', fields }).split('\n'),
    ).toEqual([
      'Name                 : CLICKS',
      ' Field | Type',
      '-------------------------------------------------------------------------',
      ' K     | INTEGER          (primary key) (Window type: TUMBLING)',
      ' H     | ARRAY<DECIMAL(4, 2)> (headers)',
      " T     | BYTES            (header('trace'))",
      ' V     | STRUCT<A ARRAY<DECIMAL(4, 2)>, M MAP<STRING, VARCHAR(STRING)>>',
      '-------------------------------------------------------------------------',
      'More about it: DESCRIBE CLICKS EXTENDED;',
      '',
    ]);
  });

  test('shows where it is kept and who uses it when extended', () => {
    const query = {
      queryString: 'INSERT INTO X\nSELECT 1;',
      sinks: ['X'],
      sinkKafkaTopics: ['X'],
      id: 'INSERTQUERY_3',
      statusCount: { RUNNING: 1 },
      queryType: 'PERSISTENT',
      state: 'RUNNING',
    } as const;
    expect(
      describeSource({
        ...STREAM,
        extended: true,
        readQueries: [query],
        queryOffsetSummaries: [
          {
            groupId: 'INSERTQUERY_3',
            topicSummaries: [
              {
                kafkaTopic: 'clicks',
                offsets: [{ partition: 0, logStartOffset: 0, logEndOffset: 9, consumerOffset: 7 }],
              },
            ],
          },
        ],
      }),
    ).toBe(
      lines(
        'Name                 : CLICKS',
        'Type                 : STREAM',
        'Timestamp field      : not set: ROWTIME is used',
        'Key format           : KAFKA',
        'Value format         : JSON',
        'Kafka topic          : clicks (partitions: 2, replication: 1)',
        'Statement            : CREATE STREAM CLICKS (ID STRING KEY, N BIGINT);',
        ' Field | Type',
        '---------------------------------',
        ' ID    | VARCHAR(STRING)  (key)',
        ' N     | BIGINT',
        '---------------------------------',
        '',
        'Queries that read from it',
        '-------------------------',
        'INSERTQUERY_3 (RUNNING): INSERT INTO X SELECT 1;',
        '',
        'Consumer group INSERTQUERY_3',
        ' Kafka Topic | Partition | Start Offset | End Offset | Offset | Lag',
        '---------------------------------------------------------------------',
        ' clicks      | 0         | 0            | 9          | 7      | 2',
        '---------------------------------------------------------------------',
      ),
    );
  });
});

test('an explained query shows its plan as it is laid out', () => {
  expect(
    renderEntity({
      '@type': 'queryDescription',
      statementText: 'EXPLAIN SELECT 1;',
      queryDescription: {
        id: '',
        statementText: 'SELECT 1;',
        windowType: null,
        fields: [],
        sources: ['S'],
        sinks: [],
        topology: '',
        executionPlan: ' > [ PROJECT ]\n\t\t > [ SOURCE ]',
        overriddenProperties: { 'auto.offset.reset': 'earliest' },
        ksqlHostQueryStatus: {},
        queryType: 'PUSH',
        queryErrors: [{ timestamp: 0, errorMessage: 'bad row', type: 'USER' }],
        tasksMetadata: [],
        consumerGroupId: '',
        state: null,
      },
      warnings: [],
    }),
  ).toBe(
    lines(
      'ID                   : (not running)',
      'Query type           : PUSH',
      'SQL                  : SELECT 1;',
      '',
      'Sources',
      '-------',
      'S',
      '',
      'Execution plan',
      '--------------',
      ' > [ PROJECT ]',
      '\t\t > [ SOURCE ]',
      '',
      'Overridden properties',
      '---------------------',
      'auto.offset.reset = earliest',
      '',
      'Errors',
      '------',
      '1970-01-01T00:00:00.000Z USER: bad row',
    ),
  );
});

test('properties are sorted and say who set them', () => {
  const property = { scope: 'KSQL', editable: true, level: 'QUERY' } as const;
  expect(
    renderEntity({
      '@type': 'properties',
      statementText: '',
      properties: [
        { ...property, name: 'c', value: null },
        { ...property, name: 'b', value: '2' },
        { ...property, name: 'a', value: '1' },
      ],
      overwrittenProperties: ['b'],
      defaultProperties: ['c'],
      warnings: [],
    }),
  ).toBe(
    lines(
      ' Property | Scope | Default override | Effective Value',
      '--------------------------------------------------------',
      ' a        | KSQL  | SERVER           | 1',
      ' b        | KSQL  | SESSION          | 2',
      ' c        | KSQL  |                  | null',
      '--------------------------------------------------------',
    ),
  );
});

test('an entity of a newer server is shown as JSON', () => {
  const entity = { '@type': 'weather', types: { A: 'x\u001b' }, warnings: [] };
  expect(renderEntity(entity as unknown as Entity)).toBe(
    lines(
      '{',
      '  "@type": "weather",',
      '  "types": {',
      '    "A": "x\\u001b"',
      '  },',
      '  "warnings": []',
      '}',
    ),
  );
});
