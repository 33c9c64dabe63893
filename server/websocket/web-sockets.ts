import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { webSocketSession } from '../routes/web-socket-session.ts';
import { webSocketQuery } from '../routes/web-socket-query.ts';
import type { ServerContext } from '../server-context.ts';
import { checkReady } from '../admission.ts';
import { letIn } from './let-in.ts';
import { answerWebSocket } from './answer-web-socket.ts';
import { CLOSE_GOING_AWAY } from './close-codes.ts';
import { WebSocketSession } from './web-socket-session.ts';
import { WebSocketChannel } from './web-socket-channel.ts';

const PATHS: ReadonlySet<string> = new Set([webSocketQuery.path, webSocketSession.path]);

/** The path of a target, without a slash at its end. */
function pathOf(url: string): string {
  return url.split('?', 1)[0]!.replace(/(?<=.)\/$/, '');
}

/** The WebSockets of one server. */
export class WebSockets {
  readonly #context: ServerContext;
  readonly #server: WebSocketServer;
  readonly #channels = new Set<WebSocketChannel>();
  readonly #sessions = new Set<WebSocketSession>();

  constructor(context: ServerContext) {
    this.#context = context;
    const options = {
      noServer: true,
      clientTracking: false,
      maxPayload: context.limits.messageBytesMax,
      // Its memory per connection is worth more than the bytes it saves on a local network.
      perMessageDeflate: false,
      closeTimeout: context.limits.closeTimeoutMs,
    };
    this.#server = new WebSocketServer(options);
  }

  /**
   * Whether the request is a handshake for a query from someone who is let in. One that is not goes
   * the way of ordinary requests, which tells the client what is wrong.
   */
  accepts(request: IncomingMessage): boolean {
    const { headers, url = '' } = request;
    if (headers.upgrade?.toLowerCase() !== 'websocket') return false;
    if (!PATHS.has(pathOf(url))) return false;
    if (request.method !== webSocketQuery.method || this.#context.isClosing()) return false;
    try {
      this.#context.admission.check({ host: headers.host, origin: headers.origin });
      checkReady(this.#context.engine);
      return true;
    } catch {
      return false;
    }
  }

  /** Takes over the connection of a handshake that was accepted. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    void letIn(request, socket, this.#context).then((client) => {
      if (client === null) return;
      this.#server.handleUpgrade(request, socket, head, (webSocket) => {
        const { limits } = this.#context;
        const isSession = pathOf(request.url ?? '') === webSocketSession.path;
        const session = isSession ? new WebSocketSession(client, this.#context) : null;
        const onText = (text: string): void => session?.receive(text);
        const onStall = (reason: string): void => session?.sayGoodbye(reason);
        const channel = new WebSocketChannel(webSocket, socket, { limits, onText, onStall });
        this.#channels.add(channel);
        channel.onGone(() => this.#channels.delete(channel));
        if (session !== null) return this.#begin(session, channel);
        void answerWebSocket(channel, { url: request.url ?? '', client }, this.#context);
      });
    });
  }

  #begin(session: WebSocketSession, channel: WebSocketChannel): void {
    this.#sessions.add(session);
    channel.onGone(() => this.#sessions.delete(session));
    session.begin(channel);
  }

  /** Says goodbye to all clients. */
  closeAll(): void {
    for (const session of this.#sessions) session.sayGoodbye();
    for (const channel of this.#channels) {
      channel.close(CLOSE_GOING_AWAY, 'the server is shutting down');
    }
  }
}
