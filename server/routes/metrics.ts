import { MEDIA_JSON } from '../media-types.ts';
import { requireAllTopics } from '../security/topic-rules.ts';
import type { RouteDefinition } from './route.ts';

export const metrics: RouteDefinition = {
  method: 'GET',
  path: '/metrics',
  summary: 'Figures of queries, the log and the server, in the text format of Prometheus.',
  offers: [MEDIA_JSON],
  answersAnyAccept: true,
  labelsErrors: true,
  async handle({ exchange, context }) {
    requireAllTopics(exchange.principal);
    const text = await context.metrics.text();
    exchange.send(200, { 'content-type': context.metrics.contentType }, text);
  },
};
