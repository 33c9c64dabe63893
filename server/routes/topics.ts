import { MEDIA_JSON, MEDIA_KSQL_V1 } from '../media-types.ts';
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
    handle: (call) => answer(call, { topics: call.context.engine.topics.list() }),
  },
  {
    ...route('/v1/topics', 'Creates a topic: {name, partitions?, settings?}.'),
    async handle(call) {
      answer(call, await call.context.engine.topics.create(parseNewTopic(call.body)));
    },
  },
  {
    ...route('/v1/topics/describe', 'Describes one topic: {topic}.'),
    handle: (call) => answer(call, call.context.engine.topics.describe(parseTopicName(call.body))),
  },
  {
    ...route('/v1/topics/delete', 'Deletes a topic no stream or table uses: {topic}.'),
    async handle(call) {
      const topic = parseTopicName(call.body);
      await call.context.engine.topics.delete(topic);
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
      const { topics } = call.context.engine;
      answer(call, { offsets: await topics.produce(topic, records, { idempotencyKey }) });
    },
  },
  {
    ...route(
      '/v1/topics/consume',
      'Reads records of one partition: {topic, partition?, offset, count?, waitMs?}.',
    ),
    async handle(call) {
      answer(call, await call.context.engine.topics.consume(parseConsume(call.body)));
    },
  },
  {
    ...route(
      '/v1/topics/delete-records',
      'Deletes the records of a partition below an offset: {topic, partition?, offset}.',
    ),
    async handle(call) {
      answer(call, await call.context.engine.topics.deleteRecords(parsePlace(call.body)));
    },
  },
  {
    ...route(
      '/v1/topics/offsets',
      'Finds an offset in each partition: {topic, at: "earliest" | "latest" | ms since the epoch}.',
    ),
    async handle(call) {
      const { topic, at } = parsePosition(call.body);
      answer(call, { offsets: await call.context.engine.topics.offsets(topic, at) });
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
