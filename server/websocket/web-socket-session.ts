import { DatabaseError, ERROR_CODES } from '../../src/base/errors.ts';
import type { QueryResult } from '../../src/engine.ts';
import { toDatabaseError } from '../errors.ts';
import { requestLogger } from '../request-logger.ts';
import { columnsOf, pumpFrames } from '../row-frames.ts';
import { executeFor, openInsertsFor, queryFor } from '../run-statements.ts';
import type { Client } from '../security/log-in.ts';
import { requireRole } from '../security/statement-access.ts';
import type { ServerContext } from '../server-context.ts';
import { warnSlowConsumer } from '../slow-consumer.ts';
import { CLOSE_POLICY } from './close-codes.ts';
import { idIn, parseMessage, type ClientMessage } from './messages.ts';
import type { WebSocketChannel } from './web-socket-channel.ts';

/** Statements and inserts of one client that run at a time; more have to wait for an answer. */
const REQUESTS_MAX = 1_000;

/**
 * One client of the JSON protocol at /ws: many queries side by side, each under an id of the client's. Whatever the client
 * says is answered; only who gets many messages wrong in a row is closed.
 */
export class WebSocketSession {
  readonly #client: Client;
  readonly #context: ServerContext;
  #channel: WebSocketChannel | null = null;
  /** By id; null while one is being started. */
  readonly #queries = new Map<string, QueryResult | null>();
  /** By id, what goes on behind the rows that were sent. */
  readonly #tokens = new Map<string, string | null>();
  /** Ids of queries that were stopped while they were being started. */
  readonly #stopped = new Set<string>();
  #requests = 0;
  #badInARow = 0;

  constructor(client: Client, context: ServerContext) {
    this.#client = client;
    this.#context = context;
  }

  /** To be called before the first message arrives. */
  begin(channel: WebSocketChannel): void {
    this.#channel = channel;
    channel.onGone(() => this.#closeQueries());
    const { principal, requestId } = this.#client;
    this.#send({
      type: 'welcome',
      version: this.#context.version,
      principal: principal.name,
      role: principal.role,
      requestId,
    });
  }

  /** Takes one text message. Never throws. */
  receive(text: string): void {
    let message: ClientMessage;
    try {
      message = parseMessage(text, this.#context.limits.jsonDepthMax);
    } catch (error) {
      this.#refuse(idIn(text), error);
      return;
    }
    void this.#answer(message);
  }

  /** Before the connection is closed by us: tells each query where it stands. */
  sayGoodbye(reason = 'The server is shutting down.'): void {
    for (const id of this.#queries.keys()) {
      const token = this.#tokens.get(id) ?? null;
      this.#send({ type: 'ended', id, reason, token, again: true });
    }
  }

  async #answer(message: ClientMessage): Promise<void> {
    switch (message.type) {
      case 'ping':
        this.#badInARow = 0;
        this.#send({ type: 'pong' });
        return;
      case 'stop':
        this.#stop(message.id);
        return;
      case 'query':
        await this.#query(message);
        return;
      case 'execute':
        await this.#request(message.id, async () => {
          const entities = await executeFor(this.#client, message.request, this.#context);
          return { type: 'result', id: message.id, entities };
        });
        return;
      case 'insert':
        await this.#request(message.id, () => this.#insert(message));
    }
  }

  async #request(id: string, run: () => Promise<object>): Promise<void> {
    try {
      if (this.#requests >= REQUESTS_MAX) {
        throw new DatabaseError('TOO_MANY', `${REQUESTS_MAX} requests wait already for an answer.`);
      }
      this.#requests++;
      try {
        this.#send(await run());
        this.#badInARow = 0;
      } finally {
        this.#requests--;
      }
    } catch (error) {
      this.#tell(id, error);
    }
  }

  async #insert({ id, target, rows }: ClientMessage & { type: 'insert' }): Promise<object> {
    requireRole(this.#client.principal, 'write');
    const inserts = openInsertsFor(this.#client, { target }, this.#context);
    const settled = await Promise.allSettled(
      rows.map(async (row) => {
        const { topic, partition, offset } = await inserts.insert(row);
        return { topic, partition, offset };
      }),
    );
    const failed = settled.findIndex(({ status }) => status === 'rejected');
    if (failed < 0) {
      const positions = settled.map((result) => (result as PromiseFulfilledResult<object>).value);
      return { type: 'inserted', id, positions };
    }
    const { reason } = settled[failed] as PromiseRejectedResult;
    const error = toDatabaseError(reason, this.#context.logger);
    throw new DatabaseError(error.code, `Row ${failed}: ${error.message}`, { cause: error });
  }

  async #query({ id, request }: ClientMessage & { type: 'query' }): Promise<void> {
    const { limits, queries } = this.#context;
    const channel = this.#channel!;
    try {
      if (this.#queries.has(id)) {
        throw new DatabaseError(
          'BAD_REQUEST',
          `A query of the id ${JSON.stringify(id)} runs already.`,
        );
      }
      if (this.#queries.size >= limits.queriesPerWebSocketMax) {
        throw new DatabaseError(
          'TOO_MANY',
          `This connection has ${this.#queries.size} queries, as many as it may. Stop one, or open another connection.`,
        );
      }
    } catch (error) {
      this.#refuse(id, error);
      return;
    }
    this.#queries.set(id, null);
    let result: QueryResult | null = null;
    try {
      result = await queryFor(this.#client, request, this.#context);
      queries.add(result);
      this.#badInARow = 0;
      if (channel.gone || this.#stopped.delete(id)) return;
      this.#queries.set(id, result);
      await this.#run(id, result, channel);
    } catch (error) {
      if (!channel.gone) this.#tell(id, error);
    } finally {
      this.#queries.delete(id);
      this.#tokens.delete(id);
      this.#stopped.delete(id);
      if (result !== null) await queries.remove(result);
    }
  }

  async #run(id: string, result: QueryResult, channel: WebSocketChannel): Promise<void> {
    const { queryId, kind } = result;
    const columns = columnsOf(result);
    const token = result.continuation ?? null;
    this.#send({ type: 'started', id, queryId, kind, columns, token });
    this.#tokens.set(id, token);
    const head = `{"type":"rows","id":${JSON.stringify(id)},`;
    const isHere = await pumpFrames(result, channel, {
      frame: ({ members, token: behind, more }) =>
        `${head}${members},"token":${JSON.stringify(behind)}${more ? ',"more":true' : ''}}`,
      chunkLength: this.#context.limits.rowsChunkBytes,
      sharedAs: head,
      onSent: (behind) => this.#tokens.set(id, behind),
    });
    if (isHere) {
      const reason = result.finalMessage ?? 'Query Completed';
      this.#send({ type: 'ended', id, reason, token: result.continuation ?? null, again: false });
    }
    if (channel.stalled) {
      warnSlowConsumer(result, this.#context);
    }
  }

  #stop(id: string): void {
    const result = this.#queries.get(id);
    if (result === undefined) {
      const text = `There is no query of the id ${JSON.stringify(id)} on this connection.`;
      this.#refuse(id, new DatabaseError('BAD_REQUEST', text));
      return;
    }
    this.#badInARow = 0;
    if (result === null) this.#stopped.add(id);
    else void result.close();
  }

  /** Tells an error that is a mistake of the protocol. */
  #refuse(id: string | null, error: unknown): void {
    this.#tell(id, error);
    this.#badInARow++;
    if (this.#badInARow <= this.#context.limits.badMessagesMax - 1) return;
    this.#channel?.close(CLOSE_POLICY, 'too many messages in a row could not be taken');
  }

  #tell(id: string | null, caught: unknown): void {
    const logger = requestLogger(this.#context.logger, this.#client.requestId);
    const error = toDatabaseError(caught, logger);
    const { errorCode: code, message, statementText, entities } = error;
    const again = ERROR_CODES[error.code].retry;
    this.#send({
      type: 'error',
      id,
      code,
      name: error.code,
      message,
      statementText,
      entities,
      again,
    });
  }

  #send(message: object): void {
    void this.#channel?.write(JSON.stringify(message));
  }

  #closeQueries(): void {
    for (const result of this.#queries.values()) void result?.close();
  }
}
