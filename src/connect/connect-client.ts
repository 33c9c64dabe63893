import type { Clock, FileSystem } from '../base/env.ts';
import { DatabaseError } from '../base/errors.ts';
import type { Fetch } from '../base/http-client.ts';
import {
  type ConnectorInfo,
  type ConnectorPlugin,
  type ConnectorStatus,
  membersOf,
  readConnectorInfo,
  readConnectorStatus,
  readNames,
  readPlugins,
  readTopics,
  readValidation,
} from './connect-answers.ts';
import {
  ConnectHttp,
  type ConnectRequest,
  type ConnectResponse,
  pathPart,
} from './connect-http.ts';
import type { ConnectSettings } from './connect-settings.ts';

/** What was asked for, or that Connect refuses to give it. */
export type Reply<T> =
  { readonly kind: 'found'; readonly value: T } | Extract<ConnectResponse, { kind: 'refused' }>;

/** What a list of connectors knows of one of them; null where Connect does not tell. */
export interface ListedConnector {
  readonly name: string;
  readonly info: ConnectorInfo | null;
  readonly status: ConnectorStatus | null;
}

/**
 * The connectors of a cluster of Kafka Connect, over its REST API. Every call throws DatabaseError: CONNECT_FAILED when
 * no answer of use comes, TOO_MANY beyond 32 at a time, BAD_STATEMENT for a name that cannot be asked for.
 */
export class ConnectClient {
  readonly #http: ConnectHttp;

  constructor(
    settings: ConnectSettings,
    options: { readonly clock: Clock; readonly files: FileSystem; readonly fetch?: Fetch },
  ) {
    this.#http = new ConnectHttp(settings, options);
  }

  names(): Promise<Reply<readonly string[]>> {
    return this.#ask({ method: 'GET', path: '/connectors' }, readNames);
  }

  /** All connectors with what they are and how they are, in one request. */
  list(): Promise<Reply<readonly ListedConnector[]>> {
    const path = '/connectors?expand=info&expand=status';
    return this.#ask({ method: 'GET', path }, readList);
  }

  plugins(): Promise<Reply<readonly ConnectorPlugin[]>> {
    return this.#ask({ method: 'GET', path: '/connector-plugins' }, readPlugins);
  }

  info(name: string): Promise<Reply<ConnectorInfo>> {
    return this.#ask({ method: 'GET', path: `/connectors/${pathPart(name)}` }, readConnectorInfo);
  }

  status(name: string): Promise<Reply<ConnectorStatus>> {
    const path = `/connectors/${pathPart(name)}/status`;
    return this.#ask({ method: 'GET', path }, readConnectorStatus);
  }

  topics(name: string): Promise<Reply<readonly string[]>> {
    const path = `/connectors/${pathPart(name)}/topics`;
    return this.#ask({ method: 'GET', path }, (body) => readTopics(body, name));
  }

  /** What is wrong with settings; none: nothing. */
  validate(
    className: string,
    config: Readonly<Record<string, string>>,
  ): Promise<Reply<readonly string[]>> {
    const path = `/connector-plugins/${pathPart(className)}/config/validate`;
    return this.#ask({ method: 'PUT', path, body: config }, readValidation);
  }

  create(name: string, config: Readonly<Record<string, string>>): Promise<Reply<ConnectorInfo>> {
    // One that could never be asked for again is not made.
    pathPart(name);
    const body = { name, config };
    return this.#ask({ method: 'POST', path: '/connectors', body }, readConnectorInfo);
  }

  delete(name: string): Promise<Reply<true>> {
    const path = `/connectors/${pathPart(name)}`;
    return this.#ask({ method: 'DELETE', path }, () => true as const);
  }

  async #ask<T>(request: ConnectRequest, read: (body: unknown) => T | null): Promise<Reply<T>> {
    const response = await this.#http.request(request);
    if (response.kind === 'refused') return response;
    const value = read(response.body);
    if (value !== null) return { kind: 'found', value };
    const [path] = request.path.split('?');
    throw new DatabaseError(
      'CONNECT_FAILED',
      `Kafka Connect at ${this.#http.place} answers ${request.method} ${path} with something else than the REST API of Kafka Connect does. Check ksql.connect.url.`,
    );
  }
}

/** Before version 2.3 Connect knows no `expand` and tells names alone. */
function readList(body: unknown): readonly ListedConnector[] | null {
  const members = membersOf(body);
  if (members === null) {
    const names = readNames(body);
    return names === null ? null : names.map((name) => ({ name, info: null, status: null }));
  }
  return Object.entries(members).map(([name, told]) => {
    const { info, status } = membersOf(told) ?? {};
    return { name, info: readConnectorInfo(info), status: readConnectorStatus(status) };
  });
}
