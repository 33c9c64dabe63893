import { warnSlowConsumer } from '../slow-consumer.ts';
import { DatabaseError } from '../../src/base/errors.ts';
import { toDatabaseError } from '../errors.ts';
import { parseJsonText } from '../json-text.ts';
import { pumpResult } from '../result-pump.ts';
import { queryFor } from '../run-statements.ts';
import type { Client } from '../security/log-in.ts';
import type { ServerContext } from '../server-context.ts';
import { parseStatementRequest, type StatementRequest } from '../statement-request.ts';
import { CLOSE_NORMAL, closeCode } from './close-codes.ts';
import { schemaFrame } from './schema-frame.ts';
import type { WebSocketChannel } from './web-socket-channel.ts';

const API_VERSION = '1';

/**
 * Runs the query in the address of a WebSocket: a frame with the columns, a frame per row, then a
 * frame that says it is done, or why it failed, and a close that says the same. Never throws.
 * @param url the target of the handshake, with its query string.
 */
export async function answerWebSocket(
  channel: WebSocketChannel,
  { url, client }: { readonly url: string; readonly client: Client },
  context: ServerContext,
): Promise<void> {
  let isRunning = false;
  const onStart = (): void => void (isRunning = true);
  try {
    await runQuery(channel, parseQuery(url, context), { client, context, onStart });
  } catch (caught) {
    const error = toDatabaseError(caught, context.logger);
    void channel.write(JSON.stringify({ error: error.message }));
    channel.close(closeCode(error, isRunning), error.message);
  }
}

function parseQuery(url: string, context: ServerContext): StatementRequest {
  const parameters = new URLSearchParams(url.split('?', 2)[1] ?? '');
  const version = parameters.get('version');
  if (version !== null && version !== API_VERSION) {
    throw new DatabaseError('BAD_REQUEST', `Received invalid api version: ${version}`);
  }
  const request = parameters.get('request');
  if (request === null) {
    throw new DatabaseError('BAD_REQUEST', 'Error parsing request: missing request parameter');
  }
  return parseStatementRequest(parseJsonText(request, context.limits.jsonDepthMax));
}

async function runQuery(
  channel: WebSocketChannel,
  request: StatementRequest,
  {
    client,
    context,
    onStart,
  }: { readonly client: Client; readonly context: ServerContext; onStart(): void },
): Promise<void> {
  const result = await queryFor(client, request, context);
  try {
    context.queries.add(result);
    onStart();
    channel.onGone(() => void context.queries.remove(result));
    if (result.kind !== 'print') void channel.write(schemaFrame(result));
    const here = await pumpResult(result, channel, {
      row: (columns, tombstone) => (tombstone ? null : `{"row":{"columns":${columns}}}`),
      line: (line) => JSON.stringify(line),
      chunkLength: 0,
      sharedAs: 'row messages',
    });
    if (here) {
      void channel.write(JSON.stringify({ error: 'done' }));
      channel.close(CLOSE_NORMAL, 'done');
    }
    if (channel.stalled) {
      warnSlowConsumer(result, context);
    }
  } finally {
    await context.queries.remove(result);
  }
}
