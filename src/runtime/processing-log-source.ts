import type { Source } from '../catalog/source.ts';
import { BIGINT, INTEGER, type SqlType, STRING } from '../sql/types.ts';

/** The stream that tells what records and rows were left out, and why. */
export const PROCESSING_LOG_STREAM = 'KSQL_PROCESSING_LOG';

/** Reserved: written by ticks only. */
export const PROCESSING_LOG_TOPIC = '_millrace_processing_log';

const CAUSE: SqlType = { kind: 'ARRAY', element: STRING };

function struct(fields: readonly (readonly [string, SqlType])[]): SqlType {
  return { kind: 'STRUCT', fields: fields.map(([name, type]) => ({ name, type })) };
}

/** The columns ksqlDB gives it; where a record stands in its topic is said besides. */
const MESSAGE = struct([
  ['TYPE', INTEGER],
  [
    'DESERIALIZATIONERROR',
    struct([
      ['TARGET', STRING],
      ['ERRORMESSAGE', STRING],
      ['RECORDB64', STRING],
      ['CAUSE', CAUSE],
      ['TOPIC', STRING],
      ['PARTITION', INTEGER],
      ['OFFSET', BIGINT],
    ]),
  ],
  [
    'RECORDPROCESSINGERROR',
    struct([
      ['ERRORMESSAGE', STRING],
      ['RECORD', STRING],
      ['CAUSE', CAUSE],
    ]),
  ],
]);

export const PROCESSING_LOG_SOURCE: Source = {
  kind: 'STREAM',
  name: PROCESSING_LOG_STREAM,
  topic: PROCESSING_LOG_TOPIC,
  partitionCount: 1,
  keyFormat: { name: 'KAFKA' },
  valueFormat: { name: 'JSON' },
  schema: {
    keys: [],
    values: [
      { name: 'LOGGER', type: STRING },
      { name: 'LEVEL', type: STRING },
      { name: 'TIME', type: BIGINT },
      { name: 'MESSAGE', type: MESSAGE },
    ],
    window: null,
  },
  timestamp: null,
  sql: '',
  createdBy: null,
  readOnly: true,
};
