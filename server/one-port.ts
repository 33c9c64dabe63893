import * as http from 'node:http';
import * as http2 from 'node:http2';
import * as net from 'node:net';
import * as tls from 'node:tls';
import type { Duplex } from 'node:stream';
import type { Logger } from '../src/base/logger.ts';
import { genericError } from './errors.ts';
import { Heartbeat } from './heartbeat.ts';
import type { ServerLimits } from './limits.ts';

/** What the port hands its connections to. */
export interface OnePortOptions {
  /** For requests of either version; the compatible interface of HTTP/2 makes them look alike. */
  readonly handler: http.RequestListener;
  /**
   * Whether an HTTP/1.1 request that asks for it becomes a WebSocket; if not, it is an ordinary
   * request.
   */
  readonly shouldUpgrade: (request: http.IncomingMessage) => boolean;
  readonly upgrade: (request: http.IncomingMessage, socket: Duplex, head: Buffer) => void;
  readonly limits: ServerLimits;
  readonly logger: Logger;
  /** Certificate and key; absent: connections are not encrypted. */
  readonly tls?: tls.TlsOptions | undefined;
}

/**
 * One TCP port for HTTP/1.1, HTTP/2 with prior knowledge and WebSocket. An HTTP/2 client announces
 * itself with a preface no HTTP/1.1 request can start with, so the first bytes decide which server
 * gets the connection. An `Upgrade: h2c` is not taken up: the client then goes on with HTTP/1.1, as
 * the standard has it.
 */
export class OnePort {
  /** The one that listens. */
  readonly server: net.Server;
  readonly #http1: http.Server;
  readonly #http2: http2.Http2Server;
  readonly #limits: ServerLimits;
  readonly #logger: Logger;
  readonly #sockets = new Set<net.Socket>();
  readonly #sessions = new Set<http2.ServerHttp2Session>();
  readonly #responses = new WeakMap<Duplex, http.ServerResponse>();
  readonly #tls: tls.Server | null = null;
  #closing = false;

  constructor(options: OnePortOptions) {
    this.#limits = options.limits;
    this.#logger = options.logger;
    this.#http1 = this.#createHttp1(options);
    this.#http2 = this.#createHttp2(options);
    // HTTP/1.1 needs to see the end of a request and still answer it: a connection may be half
    // open.
    const connection = {
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 30_000,
    };
    const accept = (socket: net.Socket): void => this.#accept(socket);
    if (options.tls === undefined) {
      this.server = net.createServer(connection, accept);
    } else {
      const handshakeTimeout = options.limits.headersTimeoutMs;
      this.#tls = tls.createServer({ ...connection, handshakeTimeout, ...options.tls }, accept);
      // A client that does not trust us, or is not trusted, costs its own connection only.
      this.#tls.on('tlsClientError', (error) =>
        this.#logger.debug({ err: error }, 'a TLS handshake failed'),
      );
      this.#tls.on('connection', (socket: net.Socket) => {
        this.#sockets.add(socket);
        socket.on('close', () => this.#sockets.delete(socket));
      });
      this.server = this.#tls;
    }
    this.server.maxConnections = options.limits.connectionCountMax;
    // The HTTP/1.1 server never listens itself, but it is this event that starts its request
    // timeouts.
    this.server.on('listening', () => this.#http1.emit('listening'));
  }

  /**
   * Lets connections end as soon as they have nothing under way; no new requests come in over them.
   */
  closeGracefully(): void {
    this.#closing = true;
    for (const session of this.#sessions) session.close();
    this.#http1.closeIdleConnections();
  }

  /** Takes another certificate and key for connections to come. */
  renewTls(options: tls.TlsOptions): void {
    this.#tls?.setSecureContext(options);
  }

  /** Ends all connections at once. */
  destroy(): void {
    for (const session of this.#sessions) session.destroy();
    for (const socket of this.#sockets) socket.destroy();
    // It does not listen, which is all this could complain of; it stops the timer of the timeouts.
    this.#http1.close(() => {});
  }

  #accept(socket: net.Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', (error) => this.#logger.debug({ err: error }, 'a connection failed'));
    const timer = setTimeout(() => socket.destroy(), this.#limits.headersTimeoutMs);
    let start = Buffer.alloc(0);
    const sniff = (bytes: Buffer): void => {
      start = Buffer.concat([start, bytes]);
      const version = protocolOf(start);
      if (version === 'UNKNOWN') return;
      clearTimeout(timer);
      socket.off('data', sniff);
      socket.off('end', leave);
      socket.pause();
      socket.unshift(start);
      if (version === 'HTTP2') {
        // It reads what is buffered here, then takes the connection from the stream for good.
        socket.allowHalfOpen = false;
        this.#http2.emit('connection', socket);
      } else {
        this.#http1.emit('connection', socket);
        socket.resume();
      }
    };
    const leave = (): void => {
      socket.destroy();
    };
    socket.on('data', sniff);
    socket.on('end', leave);
    socket.on('close', () => clearTimeout(timer));
  }

  #createHttp1({ handler, shouldUpgrade, upgrade, limits }: OnePortOptions): http.Server {
    const server = http.createServer(
      {
        maxHeaderSize: limits.headerBytesMax,
        headersTimeout: limits.headersTimeoutMs,
        requestTimeout: limits.requestTimeoutMs,
        keepAliveTimeout: limits.keepAliveTimeoutMs,
        connectionsCheckingInterval: limits.timeoutCheckIntervalMs,
        shouldUpgradeCallback: shouldUpgrade,
      },
      (request, response) => {
        this.#responses.set(request.socket, response);
        response.on('close', () => {
          if (this.#closing) setImmediate(() => server.closeIdleConnections());
        });
        handler(request, response);
      },
    );
    server.timeout = limits.connectionTimeoutMs;
    server.maxRequestsPerSocket = limits.requestsPerConnectionMax;
    server.on('upgrade', upgrade);
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      this.#refuseBytes(error, socket);
    });
    return server;
  }

  #createHttp2({ handler, limits }: OnePortOptions): http2.Http2Server {
    const server = http2.createServer(
      {
        settings: {
          maxConcurrentStreams: limits.streamsPerConnectionMax,
          maxHeaderListSize: limits.headerBytesMax,
        },
      },
      handler as unknown as (
        request: http2.Http2ServerRequest,
        response: http2.Http2ServerResponse,
      ) => void,
    );
    server.on('session', (session) => this.#watch(session));
    server.on('sessionError', (error) =>
      this.#logger.debug({ err: error }, 'an HTTP/2 session failed'),
    );
    return server;
  }

  #watch(session: http2.ServerHttp2Session): void {
    this.#sessions.add(session);
    const heartbeat = new Heartbeat({
      intervalMs: this.#limits.pingIntervalMs,
      timeoutMs: this.#limits.pongTimeoutMs,
      ping() {
        // It may have ended in this very turn, before the event that says so.
        if (session.destroyed || session.closed) return;
        session.ping((error) => {
          if (error === null) heartbeat.answered();
        });
      },
      dead: () => session.destroy(),
    });
    session.on('close', () => {
      heartbeat.stop();
      this.#sessions.delete(session);
    });
  }

  /**
   * Answers bytes that are no HTTP/1.1 request, then ends the connection: where the next would
   * start is unknown.
   */
  #refuseBytes(error: NodeJS.ErrnoException, socket: Duplex): void {
    this.#logger.debug({ err: error }, 'refused a request that could not be read');
    const answered = this.#responses.get(socket);
    const underWay = answered?.headersSent === true && !answered.writableFinished;
    if (!socket.writable || error.code === 'ECONNRESET' || underWay) {
      socket.destroy();
      return;
    }
    const { status, reason, message } = describe(error.code);
    const body = JSON.stringify(genericError(status * 100, message));
    const head = [
      `HTTP/1.1 ${status} ${reason}`,
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => {
      // What the client is still sending is read for a while: unread bytes would reset the
      // connection, answer and all.
      setTimeout(() => socket.destroy(), this.#limits.lingerMs).unref();
    });
    socket.resume();
  }
}

const HTTP2_PREFACE = 'PRI * HTTP/2.0';

/** By the first bytes of a connection; unknown while they could still become either. */
function protocolOf(start: Buffer): 'HTTP1' | 'HTTP2' | 'UNKNOWN' {
  const text = start.toString('latin1', 0, HTTP2_PREFACE.length);
  if (text === HTTP2_PREFACE) return 'HTTP2';
  return HTTP2_PREFACE.startsWith(text) ? 'UNKNOWN' : 'HTTP1';
}

function describe(code: string | undefined): { status: number; reason: string; message: string } {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return {
        status: 431,
        reason: 'Request Header Fields Too Large',
        message: 'The headers of the request are larger than this server reads.',
      };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return {
        status: 408,
        reason: 'Request Timeout',
        message: 'The request did not arrive in time.',
      };
    default:
      return { status: 400, reason: 'Bad Request', message: 'This is no HTTP/1.1 request.' };
  }
}
