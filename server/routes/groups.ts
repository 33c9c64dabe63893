import { MEDIA_JSON, MEDIA_KSQL_V1 } from '../media-types.ts';
import { parseGroupCommit, parseGroupName } from '../topic-request.ts';
import type { Call, RouteDefinition } from './route.ts';

/** The endpoints under /v1/groups: the committed offsets of consumer groups. */
export const groupRoutes: readonly RouteDefinition[] = [
  {
    ...route('/v1/groups', 'Lists the consumer groups that have committed offsets.'),
    method: 'GET',
    handle: (call) => answer(call, { groups: call.context.engine.topics.groups() }),
  },
  {
    ...route(
      '/v1/groups/describe',
      'Tells the offsets of a group and what it has to read: {group}.',
    ),
    handle: (call) =>
      answer(call, call.context.engine.topics.describeGroup(parseGroupName(call.body))),
  },
  {
    ...route(
      '/v1/groups/commit',
      'Sets offsets of a group: {group, offsets: [{topic, partition?, offset}]}.',
    ),
    async handle(call) {
      const { group, offsets } = parseGroupCommit(call.body);
      answer(call, await call.context.engine.topics.commitGroup(group, offsets));
    },
  },
  {
    ...route('/v1/groups/delete', 'Forgets the offsets of a group: {group}.'),
    async handle(call) {
      const group = parseGroupName(call.body);
      await call.context.engine.topics.deleteGroup(group);
      answer(call, { group });
    },
  },
];

function route(path: string, summary: string): Omit<RouteDefinition, 'handle'> {
  const offers = [MEDIA_JSON, MEDIA_KSQL_V1] as const;
  return { method: 'POST', path, summary, offers, labelsErrors: true };
}

function answer({ exchange }: Call, body: object): void {
  exchange.send(200, { 'content-type': MEDIA_JSON }, JSON.stringify(body));
}
