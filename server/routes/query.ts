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
    await answerQuery(exchange, request, {
      context,
      shape: RESULT_SHAPES[shapeType],
      printType: MEDIA_JSON,
    });
  },
};
