import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Logger } from '../src/base/logger.ts';
import type { Engine } from '../src/engine.ts';
import { Admission } from './admission.ts';
import { Exchange } from './exchange.ts';
import { DEFAULT_LIMITS, type ServerLimits } from './limits.ts';
import { OnePort } from './one-port.ts';
import { ServerMetrics } from './metrics.ts';
import { QueryRegistry } from './query-registry.ts';
import { ROUTES } from './routes/index.ts';
import { REGISTRY_ROUTES } from './routes/schema-registry/index.ts';
import { serveRegistry } from './routes/schema-registry/serve-registry.ts';
import { Authentication } from './security/authentication.ts';
import type { Users } from './security/users.ts';
import { refuse, serve } from './serve.ts';
import type { ServerContext } from './server-context.ts';
import { packageVersion } from './version.ts';
import { WebSockets } from './websocket/web-sockets.ts';

export interface ServerOptions {
  readonly engine: Engine;
  /** The address to listen on; the loopback, 127.0.0.1, unless given. */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly logger: Logger;
  /**
   * Names, without ports, that clients reach this server by, besides those of the loopback and
   * `host`.
   */
  readonly allowedHosts?: readonly string[];
  /** Origins, such as `https://app.example`, whose pages may use this server and read its answers. */
  readonly allowedOrigins?: readonly string[];
  /** Those who may use this server; absent: everybody may do everything. */
  readonly users?: Users | undefined;
  /** Certificate and key; absent: connections are not encrypted. */
  readonly tls?: TlsOptions | undefined;
  /** Bounds other than the usual ones. */
  readonly limits?: Partial<ServerLimits>;
}

export interface RunningServer {
  /** `http://host:port`, to be used from this machine. */
  readonly url: string;
  readonly port: number;
  /** Takes another certificate and other users for what comes from now on. */
  renew(options: Renewal): void;
  /**
   * Stops taking requests, ends running queries and lets answers under way finish for a while, then
   * cuts what is left. The engine is the caller's to close, afterwards. Idempotent.
   */
  close(): Promise<void>;
}

/** What a running server can be given anew. */
export interface Renewal {
  readonly users?: Users | undefined;
  readonly tls?: TlsOptions | undefined;
}

/** Of subjects, which stand in paths. */
const NAME_LENGTH_MAX = 4_000;
const LOOPBACK = '127.0.0.1';
const WILDCARDS: readonly string[] = ['0.0.0.0', '::'];

/**
 * Serves the engine over HTTP/1.1, HTTP/2 and WebSocket on one port.
 * @returns when the port is open.
 * @throws Node's listen errors: EADDRINUSE, EACCES, EADDRNOTAVAIL.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const host = options.host ?? LOOPBACK;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const { engine, logger } = options;
  const queries = new QueryRegistry(limits, logger);
  let closing: Promise<void> | null = null;
  const ownNames = WILDCARDS.includes(host) ? [] : [urlHost(host)];
  const context: ServerContext = {
    engine,
    logger,
    limits,
    admission: new Admission(
      [...ownNames, ...(options.allowedHosts ?? [])],
      options.allowedOrigins ?? [],
    ),
    authentication: new Authentication(options.users ?? null),
    queries,
    metrics: new ServerMetrics({ engine, queries }),
    version: packageVersion(),
    termination: { isDone: false },
    isClosing: () => closing !== null,
  };
  const webSockets = new WebSockets(context);
  const ports: OnePort[] = [];
  const app = createApp(context, { webSockets, ports, tls: options.tls });
  await app.listen({ host, port: options.port });
  context.metrics.start();
  const { port } = app.server.address() as AddressInfo;
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://${urlHost(WILDCARDS.includes(host) ? LOOPBACK : host)}:${port}`,
    port,
    renew({ users, tls }) {
      if (users !== undefined) context.authentication.replace(users);
      if (tls !== undefined) for (const onePort of ports) onePort.renewTls(tls);
    },
    close() {
      closing ??= closeServer(app, { ports, webSockets, context });
      return closing;
    },
  };
}

interface Surfaces {
  readonly webSockets: WebSockets;
  /** One for each address that is listened on: `localhost` may be two. */
  readonly ports: OnePort[];
}

function createApp(
  context: ServerContext,
  { webSockets, ports, tls }: Surfaces & { readonly tls: TlsOptions | undefined },
): FastifyInstance {
  const { limits, logger } = context;
  const exchangeOf = (request: FastifyRequest, reply: FastifyReply): Exchange => {
    // Answers are written by the exchange: streams need to know how full the socket is and when it
    // goes away.
    reply.hijack();
    return new Exchange(request.raw, reply.raw, limits);
  };
  const plain = new Map(ROUTES.map((route) => [routeKey({ ...route, url: route.path }), route]));
  const app = fastify({
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: NAME_LENGTH_MAX },
    return503OnClosing: false,
    frameworkErrors: (_error, request, reply) =>
      refuse(exchangeOf(request, reply), context, ROUTES),
    serverFactory: (handler) => {
      const port = new OnePort({
        handler: (request, response) => {
          // Most requests name an endpoint as it stands: they need no router.
          const route = context.isClosing() ? undefined : plain.get(routeKey(request));
          if (route === undefined) handler(request, response);
          else {
            const exchange = new Exchange(request, response, limits);
            void serve(route, exchange, { context, parameters: {} });
          }
        },
        limits,
        logger,
        tls,
        shouldUpgrade: (request) => webSockets.accepts(request),
        upgrade: (request, socket, head) => webSockets.upgrade(request, socket, head),
      });
      ports.push(port);
      // Fastify only listens on it and closes it; requests come from the servers behind the port.
      return port.server as unknown as HttpServer;
    },
  });
  // Bodies are read by `serve`, after the request was let in and with bounds fastify does not have.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  for (const route of ROUTES) {
    app.route({
      method: route.method,
      url: route.path,
      handler: (request, reply) => {
        const parameters = request.params as Readonly<Record<string, string>>;
        return serve(route, exchangeOf(request, reply), { context, parameters });
      },
    });
  }
  for (const route of REGISTRY_ROUTES) {
    app.route({
      method: route.method,
      url: route.path,
      handler: (request, reply) => {
        const parameters = request.params as Record<string, string>;
        return serveRegistry(route, exchangeOf(request, reply), { context, parameters });
      },
    });
  }
  app.setNotFoundHandler((request, reply) => refuse(exchangeOf(request, reply), context, ROUTES));
  return app;
}

function routeKey({ method, url }: Pick<IncomingMessage, 'method' | 'url'>): string {
  return `${method} ${url}`;
}

async function closeServer(
  app: FastifyInstance,
  { ports, webSockets, context }: Surfaces & { readonly context: ServerContext },
): Promise<void> {
  context.metrics.stop();
  const closed = app.close();
  const timer = setTimeout(() => {
    for (const port of ports) port.destroy();
  }, context.limits.shutdownGraceMs);
  webSockets.closeAll();
  await context.queries.closeAll();
  for (const port of ports) port.closeGracefully();
  await closed;
  clearTimeout(timer);
  for (const port of ports) port.destroy();
}

/** An address as it stands in a URL and in a Host header. */
function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
