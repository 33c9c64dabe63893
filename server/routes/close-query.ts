import { DatabaseError } from '../../src/base/errors.ts';
import { MEDIA_JSON, MEDIA_KSQL_V1 } from '../media-types.ts';
import { parseCloseQueryRequest } from '../statement-request.ts';
import type { RouteDefinition } from './route.ts';

export const closeQuery: RouteDefinition = {
  method: 'POST',
  path: '/close-query',
  summary: 'Ends a running push query; its own response then ends as if it were complete.',
  offers: [MEDIA_KSQL_V1, MEDIA_JSON],
  labelsErrors: false,
  handle({ exchange, body, context }) {
    const queryId = parseCloseQueryRequest(body);
    if (!context.engine.closeQuery(queryId)) {
      throw new DatabaseError('BAD_REQUEST', `No query with id ${queryId}`);
    }
    exchange.send(200, { 'content-type': MEDIA_JSON }, '');
  },
};
