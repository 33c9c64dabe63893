const TEXT = { type: 'string' };
const COUNT = { type: 'integer', minimum: 0 };
const PROPERTIES = {
  type: 'object',
  additionalProperties: { type: ['string', 'number', 'boolean', 'null'] },
};
const VARIABLES = { type: 'object', additionalProperties: TEXT };

function object(
  properties: Readonly<Record<string, object>>,
  required: readonly string[] = [],
): object {
  return { type: 'object', properties, required };
}

/** Schemas that several answers share. */
export const SCHEMAS = {
  Error: object(
    {
      '@type': { enum: ['generic_error', 'statement_error'] },
      error_code: { type: 'integer' },
      message: TEXT,
      statementText: TEXT,
      entities: { type: 'array' },
    },
    ['@type', 'error_code', 'message'],
  ),
  RegistryError: object({ error_code: { type: 'integer' }, message: TEXT }, [
    'error_code',
    'message',
  ]),
} as const;

const PLACE = object({ topic: TEXT, partition: COUNT, offset: COUNT }, ['topic', 'offset']);
/** Positions that a pull query waits for. */
const AFTER = {
  after: {
    anyOf: [PLACE, { type: 'array', items: PLACE }],
    description: 'Positions of records that the answer of a pull query has to show.',
  },
  afterTimeoutMs: { ...COUNT, maximum: 30_000 },
};

const RESUME = {
  resume: { ...TEXT, description: 'A continuation token: a push query goes on behind it.' },
};

const STATEMENTS = object(
  {
    ksql: { ...TEXT, description: 'Statements, each ended by a semicolon.' },
    streamsProperties: PROPERTIES,
    sessionVariables: VARIABLES,
    commandSequenceNumber: { type: ['integer', 'null'] },
    ...AFTER,
    ...RESUME,
  },
  ['ksql'],
);
const TOPIC = object({ topic: TEXT }, ['topic']);
const GROUP = object({ group: TEXT }, ['group']);

/** What the body of a POST is, by method and path. */
export const REQUEST_SCHEMAS: Readonly<Record<string, object>> = {
  'POST /ksql': STATEMENTS,
  'POST /query': STATEMENTS,
  'POST /query-stream': object(
    { sql: TEXT, properties: PROPERTIES, sessionVariables: VARIABLES, ...AFTER, ...RESUME },
    ['sql'],
  ),
  'POST /inserts-stream': {
    description:
      'A line {"target": name of a stream, "properties"?, "positions"?: whether acknowledgements say where rows stand}, then a JSON object per row, a line each.',
  },
  'POST /close-query': object({ queryId: TEXT }, ['queryId']),
  'POST /ksql/terminate': object({ deleteTopicList: { type: 'array', items: TEXT } }),
  'POST /heartbeat': { type: 'object' },
  'POST /lag': { type: 'object' },
  'POST /v1/backup': object({ directory: TEXT }, ['directory']),
  'POST /v1/topics': object({ name: TEXT, partitions: COUNT, settings: VARIABLES }, ['name']),
  'POST /v1/topics/describe': TOPIC,
  'POST /v1/topics/delete': TOPIC,
  'POST /v1/topics/produce': object(
    {
      topic: TEXT,
      records: {
        type: 'array',
        items: object({
          key: TEXT,
          value: TEXT,
          keyBase64: TEXT,
          valueBase64: TEXT,
          partition: COUNT,
          timestamp: COUNT,
          headers: VARIABLES,
        }),
      },
    },
    ['topic', 'records'],
  ),
  'POST /v1/topics/consume': object(
    { topic: TEXT, partition: COUNT, offset: COUNT, count: COUNT, waitMs: COUNT },
    ['topic', 'offset'],
  ),
  'POST /v1/topics/delete-records': PLACE,
  'POST /v1/topics/offsets': object(
    { topic: TEXT, at: { anyOf: [{ enum: ['earliest', 'latest'] }, COUNT] } },
    ['topic', 'at'],
  ),
  'POST /v1/groups/describe': GROUP,
  'POST /v1/groups/commit': object({ group: TEXT, offsets: { type: 'array', items: PLACE } }, [
    'group',
    'offsets',
  ]),
  'POST /v1/groups/delete': GROUP,
};
