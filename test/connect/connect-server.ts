import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface ConnectRequest {
  readonly method: string;
  /** As sent. */
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: unknown;
}

type Answer = (request: ConnectRequest, response: ServerResponse) => boolean | void;

/** A server that behaves as Kafka Connect's REST API does, as far as its documentation says. */
export class ConnectServer {
  readonly url: string;
  readonly requests: ConnectRequest[] = [];
  readonly connectors = new Map<string, Record<string, string>>();
  /** By name; default: all RUNNING. */
  readonly states = new Map<string, object>();
  readonly topics = new Map<string, readonly string[]>();
  /** Answers in place of what is below, unless it returns false. */
  answer: Answer = () => false;
  /** Closes it, so that nobody answers any more. */
  readonly close: () => void;

  static async start(): Promise<ConnectServer> {
    const server = createServer((request, response) => void connect.#handle(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const connect = new ConnectServer((server.address() as AddressInfo).port, () => {
      server.closeAllConnections();
      server.close();
    });
    onTestFinished(connect.close);
    return connect;
  }

  private constructor(port: number, close: () => void) {
    this.url = `http://127.0.0.1:${port}`;
    this.close = close;
  }

  async #handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const { method = '', url: path = '', headers } = message;
    const body: unknown = text === '' ? null : JSON.parse(text);
    const request = { method, path, authorization: headers.authorization, body };
    this.requests.push(request);
    if (this.answer(request, response) !== false) return;
    const [status, answer] = this.#answerTo(request);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(answer === null ? '' : JSON.stringify(answer));
  }

  #answerTo({ method, path, body }: ConnectRequest): [number, object | null] {
    const [address = '', query = ''] = path.split('?');
    const parts = address.split('/').slice(1).map(decodeURIComponent);
    const [collection, name = '', aspect] = parts;
    if (collection === 'connector-plugins') {
      if (parts.length === 1) return [200, PLUGINS];
      return aspect === 'config' ? this.#validate(name, body as Record<string, string>) : NONE;
    }
    if (collection !== 'connectors') return NONE;
    if (parts.length === 1) {
      if (method === 'POST') return this.#create(body as Parameters<ConnectServer['create']>[0]);
      if (query === '') return [200, [...this.connectors.keys()]];
      const all = [...this.connectors.keys()].map((each) => [
        each,
        { info: this.#info(each), status: this.#status(each) },
      ]);
      return [200, Object.fromEntries(all)];
    }
    if (!this.connectors.has(name)) return notFound(`Connector ${name} not found`);
    if (method === 'DELETE') {
      this.connectors.delete(name);
      return [204, null];
    }
    if (aspect === 'status') return [200, this.#status(name)];
    if (aspect === 'topics') return [200, { [name]: { topics: this.topics.get(name) ?? [] } }];
    return aspect === undefined ? [200, this.#info(name)] : NONE;
  }

  create({ name, config }: { name: string; config: Record<string, string> }): void {
    this.connectors.set(name, config);
  }

  #create(connector: { name: string; config: Record<string, string> }): [number, object] {
    const { name } = connector;
    if (this.connectors.has(name)) return refused(409, `Connector ${name} already exists`);
    this.create(connector);
    return [201, { ...this.#info(name), tasks: [] }];
  }

  #validate(className: string, config: Record<string, string>): [number, object] {
    if (!PLUGINS.some((plugin) => plugin.class === className)) {
      return refused(500, `Failed to find any class that implements Connector: ${className}`);
    }
    const mistakes: Record<string, string[]> = {
      name: [],
      'tasks.max': /^\d+$/.test(config['tasks.max'] ?? '1') ? [] : ['Not a number', 'Below 1'],
      'db.password': config['db.password'] === 'bad' ? ['Invalid value bad: too short'] : [],
    };
    const configs = Object.entries(mistakes).map(([name, errors]) => {
      return { definition: { name }, value: { name, value: config[name] ?? null, errors } };
    });
    return [200, { name: className, error_count: 1, groups: [], configs }];
  }

  #info(name: string): object {
    const config = this.connectors.get(name) ?? {};
    const { type } = PLUGINS.find((plugin) => plugin.class === config['connector.class']) ?? {};
    return { name, config, tasks: [{ connector: name, task: 0 }], type: type ?? 'unknown' };
  }

  #status(name: string): object {
    const running = { state: 'RUNNING', worker_id: 'worker:8083' };
    const { type } = this.#info(name) as { type: string };
    const state = this.states.get(name) ?? { connector: running, tasks: [{ id: 0, ...running }] };
    return { name, type, ...state };
  }
}

const PLUGINS = [
  { class: 'org.example.OrdersSource', type: 'source', version: '1.2.3' },
  { class: 'org.example.FilesSink', type: 'sink', version: '4.5.6' },
  { class: 'io.confluent.connect.jdbc.JdbcSourceConnector', type: 'source' },
] as const;

const NONE: [number, object] = refused(404, 'HTTP 404 Not Found');

function notFound(message: string): [number, object] {
  return refused(404, message);
}

function refused(status: number, message: string): [number, object] {
  return [status, { error_code: status, message }];
}
