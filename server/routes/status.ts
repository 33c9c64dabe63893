import { DatabaseError } from '../../src/base/errors.ts';
import { MEDIA_JSON, MEDIA_KSQL_V1 } from '../media-types.ts';
import { accessOf, requireAllTopics } from '../security/topic-rules.ts';
import type { Call, RouteDefinition } from './route.ts';

export const statuses: RouteDefinition = {
  method: 'GET',
  path: '/status',
  summary: 'Lists what became of durable statements, by command id.',
  offers: [MEDIA_KSQL_V1, MEDIA_JSON],
  labelsErrors: true,
  handle({ exchange, context }) {
    const all = Array.from(context.engine.commandStatuses, ([id, { status }]) => [id, status]);
    requireAllTopics(exchange.principal);
    const body = { commandStatuses: Object.fromEntries(all) as unknown };
    exchange.send(200, { 'content-type': MEDIA_JSON }, JSON.stringify(body));
  },
};

export const status: RouteDefinition = {
  method: 'GET',
  path: '/status/:type/:entity/:action',
  summary: 'Says what became of one durable statement; the path ends in its command id.',
  offers: [MEDIA_KSQL_V1, MEDIA_JSON],
  labelsErrors: true,
  handle({ exchange, parameters, context }) {
    const { type = '', entity = '', action = '' } = parameters;
    const found = context.engine.commandStatuses.get(`${type}/${entity}/${action}`);
    if (found === undefined || !isVisible(entity, { exchange, context }))
      throw new DatabaseError('NOT_FOUND', 'Command not found');
    exchange.send(200, { 'content-type': MEDIA_JSON }, JSON.stringify(found));
  },
};

/** Whoever may touch some topics only is told of statements about sources over those. */
function isVisible(
  entity: string,
  { exchange, context }: Pick<Call, 'exchange' | 'context'>,
): boolean {
  const access = accessOf(exchange.principal);
  if (access === undefined) return true;
  const topic = context.engine.topicOf(entity.replaceAll('`', ''));
  return topic !== null && access.allows('describe', topic);
}
