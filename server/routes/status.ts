import { DatabaseError } from '../../src/base/errors.ts';
import { MEDIA_JSON, MEDIA_KSQL_V1 } from '../media-types.ts';
import type { RouteDefinition } from './route.ts';

export const statuses: RouteDefinition = {
  method: 'GET',
  path: '/status',
  summary: 'Lists what became of durable statements, by command id.',
  offers: [MEDIA_KSQL_V1, MEDIA_JSON],
  labelsErrors: true,
  handle({ exchange, context }) {
    const all = Array.from(context.engine.commandStatuses, ([id, { status }]) => [id, status]);
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
    if (found === undefined) throw new DatabaseError('NOT_FOUND', 'Command not found');
    exchange.send(200, { 'content-type': MEDIA_JSON }, JSON.stringify(found));
  },
};
