import { DatabaseError } from '../../src/base/errors.ts';
import { JsonReader } from '../../src/formats/json-reader.ts';
import { type JsonNode, JsonObject } from '../../src/formats/json-node.ts';
import { errorBody, toDatabaseError } from '../errors.ts';
import { parseJsonText } from '../json-text.ts';
import { MEDIA_JSON } from '../media-types.ts';
import { columnsOf, pumpFrames } from '../row-frames.ts';
import { queryFor } from '../run-statements.ts';
import type { ServerContext } from '../server-context.ts';
import { LastWords, SLOW_CONSUMER, warnSlowConsumer } from '../slow-consumer.ts';
import type { StatementRequest } from '../statement-request.ts';
import { requestOf } from '../websocket/messages.ts';
import type { RouteDefinition } from './route.ts';

const EVENT_STREAM = 'text/event-stream; charset=utf-8';
/** Proxies end what is silent; a comment is no event. */
const COMMENT = ':\n\n';
const INTERRUPTION = JSON.stringify({ reason: SLOW_CONSUMER, again: true });

/** A browser's EventSource sends the id of the last event it got, here the continuation token, when it comes back. */
const LAST_EVENT_ID = 'last-event-id';

export const sseQuery: RouteDefinition = {
  method: 'GET',
  path: '/sse/query',
  summary: 'Runs one SELECT or PRINT and sends its rows as server-sent events.',
  offers: [MEDIA_JSON],
  answersAnyAccept: true,
  query: {
    sql: 'The statement, with its semicolon.',
    parameters: 'JSON: an array with a value for each ? of the statement.',
    properties: 'JSON: an object of properties by name.',
    variables: 'JSON: an object of session variables by name.',
    resume: 'The id of the last event that came, to go on behind it.',
    after:
      'JSON: positions a pull query has to wait for, {"topic", "partition", "offset"} or an array of such.',
    afterTimeoutMs: 'How long it waits for them.',
  },
  labelsErrors: true,
  async handle({ exchange, context }) {
    const { url = '' } = exchange.request;
    const request = parseAddress(url, exchange.header(LAST_EVENT_ID), context);
    const result = await queryFor(exchange, request, context);
    const heartbeat = setInterval(
      () => void exchange.write(COMMENT),
      context.limits.pingIntervalMs,
    );
    try {
      context.queries.add(result);
      exchange.onGone(() => void context.queries.remove(result));
      exchange.begin(200, { 'content-type': EVENT_STREAM, 'cache-control': 'no-store' });
      const { queryId, kind } = result;
      const columns = columnsOf(result);
      const start = { queryId, kind, columns };
      const begin = result.continuation ?? null;
      const lastWords = new LastWords(result);
      const ending = (token: string | null): string => event('interrupted', INTERRUPTION, token);
      exchange.onStall(() => lastWords.say(ending));
      void exchange.write(event('started', JSON.stringify(start), begin));
      const isHere = await pumpFrames(result, exchange, {
        frame: ({ members, token }) => event('rows', `{${members}}`, token),
        chunkLength: context.limits.rowsChunkBytes,
        sharedAs: 'events',
        lastWords,
      });
      const reason = result.finalMessage ?? 'Query Completed';
      if (isHere) exchange.end(event('ended', JSON.stringify({ reason }), null));
      if (exchange.stalled) warnSlowConsumer(result, context);
    } catch (caught) {
      if (!exchange.headersSent) throw caught;
      const body = errorBody(toDatabaseError(caught, context.logger));
      exchange.end(event('failed', JSON.stringify(body), null));
    } finally {
      clearInterval(heartbeat);
      await context.queries.remove(result);
    }
  },
};

/** Its data has no line breaks: JSON text has none. */
function event(name: string, data: string, id: string | null): string {
  return `event: ${name}\n${id === null ? '' : `id: ${id}\n`}data: ${data}\n\n`;
}

function parseAddress(
  url: string,
  lastEventId: string | undefined,
  context: ServerContext,
): StatementRequest {
  const query = new URLSearchParams(url.split('?', 2)[1] ?? '');
  const message = new JsonObject();
  const sql = query.get('sql');
  if (sql === null) throw new DatabaseError('BAD_REQUEST', 'The address has no parameter sql.');
  message.set('sql', sql);
  for (const name of ['parameters', 'properties', 'variables']) {
    const text = query.get(name);
    if (text !== null) message.set(name, readJson(text, context));
  }
  const plain: Record<string, unknown> = {};
  for (const name of ['after', 'afterTimeoutMs']) {
    const text = query.get(name);
    if (text !== null) plain[name] = parseJsonText(text, context.limits.jsonDepthMax);
  }
  const resume = lastEventId ?? query.get('resume');
  if (resume !== null && resume !== '') message.set('resume', resume);
  return requestOf(message, plain);
}

function readJson(text: string, context: ServerContext): JsonNode {
  parseJsonText(text, context.limits.jsonDepthMax);
  const bytes = Buffer.from(text);
  return new JsonReader().readAll(bytes, 0, bytes.length);
}
