import type { TopicService } from '../../src/api/topics.ts';
import { MEDIA_JSON, MEDIA_KSQL_V1 } from '../media-types.ts';
import { topicsFor } from '../security/restricted-topics.ts';
import {
  parseConsume,
  parseNewTopic,
  parsePlace,
  parsePosition,
  parseProduce,
  parseTopicName,
} from '../topic-request.ts';
import type { Call, RouteDefinition } from './route.ts';

/** The endpoints under /v1/topics: what Kafka's console tools do, over HTTP. */
export const topicRoutes: readonly RouteDefinition[] = [
  {
    ...route('/v1/topics', 'Lists the topics with their partitions and settings.'),
    method: 'GET',
    handle: (call) => answer(call, { topics: topicsOf(call).list() }),
  },
  {
    ...route('/v1/topics', 'Creates a topic: {name, partitions?, settings?}.'),
    async handle(call) {
      answer(call, await topicsOf(call).create(parseNewTopic(call.body)));
    },
  },
  {
    ...route('/v1/topics/describe', 'Describes one topic: {topic}.'),
    handle: (call) => answer(call, topicsOf(call).describe(parseTopicName(call.body))),
  },
  {
    ...route('/v1/topics/delete', 'Deletes a topic no stream or table uses: {topic}.'),
    async handle(call) {
      const topic = parseTopicName(call.body);
      await topicsOf(call).delete(topic);
      answer(call, { topic });
    },
  },
  {
    ...route(
      '/v1/topics/produce',
      'Writes records: {topic, records: [{key?, value?, partition?, timestamp?, headers?}]}; repeatable with the header Idempotency-Key.',
    ),
    async handle(call) {
      const { topic, records } = parseProduce(call.body);
      const idempotencyKey = call.exchange.header('idempotency-key') ?? null;
      const topics = topicsOf(call);
      answer(call, { offsets: await topics.produce(topic, records, { idempotencyKey }) });
    },
  },
  {
    ...route(
      '/v1/topics/consume',
      'Reads records of one partition: {topic, partition?, offset, count?, waitMs?}.',
    ),
    async handle(call) {
      answer(call, await topicsOf(call).consume(parseConsume(call.body)));
    },
  },
  {
    ...route(
      '/v1/topics/delete-records',
      'Deletes the records of a partition below an offset: {topic, partition?, offset}.',
    ),
    async handle(call) {
      answer(call, await topicsOf(call).deleteRecords(parsePlace(call.body)));
    },
  },
  {
    ...route(
      '/v1/topics/offsets',
      'Finds an offset in each partition: {topic, at: "earliest" | "latest" | ms since the epoch}.',
    ),
    async handle(call) {
      const { topic, at } = parsePosition(call.body);
      answer(call, { offsets: await topicsOf(call).offsets(topic, at) });
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
