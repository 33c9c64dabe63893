import { withHostStatus } from '../host-status.ts';
import { MEDIA_JSON, MEDIA_KSQL_V1 } from '../media-types.ts';
import { executeFor } from '../run-statements.ts';
import { parseStatementRequest } from '../statement-request.ts';
import type { RouteDefinition } from './route.ts';

export const ksql: RouteDefinition = {
  method: 'POST',
  path: '/ksql',
  summary:
    'Runs statements other than SELECT and PRINT and answers an array of what they produced; inserts are repeatable with the header Idempotency-Key.',
  offers: [MEDIA_KSQL_V1, MEDIA_JSON],
  labelsErrors: true,
  async handle({ exchange, body, context }) {
    const parsed = parseStatementRequest(body);
    const key = exchange.header('idempotency-key');
    const options = key === undefined ? parsed.options : { ...parsed.options, idempotencyKey: key };
    const request = { ...parsed, options };
    const entities = await executeFor(exchange, request, context);
    const host = exchange.host ?? '';
    const answer = entities.map((entity) => withHostStatus(entity, host));
    exchange.send(200, { 'content-type': MEDIA_JSON }, JSON.stringify(answer));
  },
};
