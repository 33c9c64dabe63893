import { DatabaseError } from '../../src/base/errors.ts';
import { answerQuery } from '../answer-query.ts';
import { MEDIA_DELIMITED, MEDIA_JSON, MEDIA_KSQL_V1, MEDIA_PROTOBUF } from '../media-types.ts';
import { RESULT_SHAPES } from '../result-shapes.ts';
import { parseStatementRequest } from '../statement-request.ts';
import type { RouteDefinition } from './route.ts';

export const query: RouteDefinition = {
  method: 'POST',
  path: '/query',
  summary: 'Runs one SELECT or PRINT and streams its result in the version 1 shape.',
  offers: [MEDIA_KSQL_V1, MEDIA_DELIMITED, MEDIA_JSON, MEDIA_PROTOBUF],
  labelsErrors: false,
  async handle({ exchange, mediaType, body, context }) {
    const request = parseStatementRequest(body);
    if (request.sql.trim() === '') {
      throw new DatabaseError('BAD_REQUEST', '"ksql" field must be populated with a statement.');
    }
    // Plain JSON is answered in the version 1 shape here, which is older than the plain one.
    const shapeType = mediaType === MEDIA_JSON ? MEDIA_KSQL_V1 : mediaType;
    try {
      await answerQuery(exchange, request, {
        context,
        shape: RESULT_SHAPES[shapeType],
        print: {
          contentType: MEDIA_JSON,
          isTalkative: true,
          check() {
            if (!exchange.isHttp2) return;
            throw new DatabaseError(
              'METHOD_NOT_ALLOWED',
              'PRINT is answered here over HTTP/1.1 only. Over HTTP/2, send it to /query-stream.',
            );
          },
        },
      });
    } catch (error) {
      throw error instanceof DatabaseError && error.code === 'UNKNOWN_TOPIC'
        ? unknownTopic(error)
        : error;
    }
  },
};

/** The words and the number that clients of the older shape know. */
function unknownTopic({ message }: DatabaseError): DatabaseError {
  const words =
    "Could not find topic '$1', or the KSQL user does not have permissions to list the topic.";
  return new DatabaseError(
    'BAD_REQUEST',
    message.replace(/^Topic does not exist: (\S+)\.(?= )/, words),
  );
}
