import type { TopicService } from '../../src/api/topics.ts';
import { MEDIA_JSON, MEDIA_KSQL_V1 } from '../media-types.ts';
import { topicsFor } from '../security/restricted-topics.ts';
import { parseGroupCommit, parseGroupName } from '../topic-request.ts';
import type { Call, RouteDefinition } from './route.ts';

/** The endpoints under /v1/groups: the committed offsets of consumer groups. */
export const groupRoutes: readonly RouteDefinition[] = [
  {
    ...route('/v1/groups', 'Lists the consumer groups that have committed offsets.'),
    method: 'GET',
    handle: (call) => answer(call, { groups: topicsOf(call).groups() }),
  },
  {
    ...route(
      '/v1/groups/describe',
      'Tells the offsets of a group and what it has to read: {group}.',
    ),
    handle: (call) => answer(call, topicsOf(call).describeGroup(parseGroupName(call.body))),
  },
  {
    ...route(
      '/v1/groups/commit',
      'Sets offsets of a group: {group, offsets: [{topic, partition?, offset}]}.',
    ),
    async handle(call) {
      const { group, offsets } = parseGroupCommit(call.body);
      answer(call, await topicsOf(call).commitGroup(group, offsets));
    },
  },
  {
    ...route('/v1/groups/delete', 'Forgets the offsets of a group: {group}.'),
    async handle(call) {
      const group = parseGroupName(call.body);
      await topicsOf(call).deleteGroup(group);
      answer(call, { group });
    },
  },
];

function route(path: string, summary: string): Omit<RouteDefinition, 'handle'> {
  const offers = [MEDIA_JSON, MEDIA_KSQL_V1] as const;
  return { method: 'POST', path, summary, offers, labelsErrors: true };
}

function topicsOf({ exchange, context }: Call): TopicService {
  return topicsFor(context.engine, exchange.principal);
}

function answer({ exchange }: Call, body: object): void {
  exchange.send(200, { 'content-type': MEDIA_JSON }, JSON.stringify(body));
}
