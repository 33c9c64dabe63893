import { MEDIA_JSON, MEDIA_KSQL_V1 } from '../media-types.ts';
import { parseTerminateRequest } from '../statement-request.ts';
import { requireAllTopics } from '../security/topic-rules.ts';
import type { RouteDefinition } from './route.ts';

export const terminate: RouteDefinition = {
  method: 'POST',
  path: '/ksql/terminate',
  summary:
    'Ends the application: all queries and sources go, and the topics asked for; then requests are refused until the server starts again.',
  offers: [MEDIA_KSQL_V1, MEDIA_JSON],
  labelsErrors: true,
  async handle({ exchange, body, context }) {
    requireAllTopics(exchange.principal);
    const entity = await context.engine.terminateAll(parseTerminateRequest(body));
    context.termination.isDone = true;
    exchange.send(200, { 'content-type': MEDIA_JSON }, JSON.stringify([entity]));
  },
};
