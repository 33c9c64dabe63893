import { DatabaseError } from '../../src/base/errors.ts';
import { answerQuery } from '../answer-query.ts';
import { MEDIA_DELIMITED, MEDIA_JSON, MEDIA_KSQL_V1, MEDIA_PROTOBUF } from '../media-types.ts';
import { RESULT_SHAPES } from '../result-shapes.ts';
import { parseQueryStreamRequest } from '../statement-request.ts';
import type { RouteDefinition } from './route.ts';

export const queryStream: RouteDefinition = {
  method: 'POST',
  path: '/query-stream',
  summary: 'Runs one SELECT or PRINT and streams its result in the shape the client asks for.',
  offers: [MEDIA_DELIMITED, MEDIA_JSON, MEDIA_KSQL_V1, MEDIA_PROTOBUF],
  labelsErrors: false,
  async handle({ exchange, mediaType, body, context }) {
    await answerQuery(exchange, parseQueryStreamRequest(body), {
      context,
      shape: RESULT_SHAPES[mediaType],
      print: {
        contentType: undefined,
        isTalkative: false,
        check() {
          if (mediaType === MEDIA_DELIMITED) return;
          throw new DatabaseError(
            'NOT_ACCEPTABLE',
            `Accept: PRINT is answered as lines, so ask for ${MEDIA_DELIMITED} or send no Accept header.`,
          );
        },
      },
    });
  },
};
