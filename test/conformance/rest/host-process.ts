import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { formatJsonNode } from '../../../src/formats/json-node.ts';
import type { CaseRecord } from '../../../src/testing/json-case.ts';
import type { HostCall, HostReply, Preparation, StoredRecord } from './host-messages.ts';

type Waiting = { resolve(result: unknown): void; reject(error: Error): void };
type Unnumbered<T> = T extends unknown ? Omit<T, 'id'> : never;

/**
 * A process of its own that runs servers for cases: each case has a fresh database behind a port of its own. What
 * producers do, and waiting for queries, go over the channel between the processes; all else over HTTP.
 */
export class HostProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #calls = 0;

  constructor() {
    this.#child = fork(join(import.meta.dirname, 'host.ts'), {
      serialization: 'advanced',
      execArgv: [],
    });
    this.#child.on('message', (message) => this.#take(message as HostReply));
    this.#child.on('exit', (code) => {
      for (const { reject } of this.#waiting.values())
        reject(new Error(`the host process ended with ${code}`));
      this.#waiting.clear();
    });
  }

  /** Starts a server over an empty database. */
  async open(): Promise<HostedServer> {
    const { server, url } = (await this.call({ method: 'open' })) as {
      server: number;
      url: string;
    };
    return new HostedServer(this, server, url);
  }

  /** @internal */
  call(call: Unnumbered<HostCall>): Promise<unknown> {
    const id = ++this.#calls;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.send({ ...call, id });
    });
  }

  #take({ id, result, error }: HostReply): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(new Error(error));
  }

  /** Ends the process with all its servers. */
  stop(): void {
    this.#child.kill('SIGKILL');
  }
}

/** One server in the host process. */
export class HostedServer {
  readonly url: string;
  readonly #host: HostProcess;
  readonly #server: number;

  constructor(host: HostProcess, server: number, url: string) {
    this.url = url;
    this.#host = host;
    this.#server = server;
  }

  /** Makes the topics of a case and registers its schemas. */
  async prepare(preparation: Preparation): Promise<void> {
    await this.#host.call({ server: this.#server, method: 'prepare', ...preparation });
  }

  /** Writes records in their sources' formats, in order within a partition; they are on disk when it resolves. */
  async produce(records: readonly CaseRecord[]): Promise<void> {
    const texts = records.map((record) => {
      return { ...record, key: formatJsonNode(record.key), value: formatJsonNode(record.value) };
    });
    await this.#host.call({ server: this.#server, method: 'produce', records: texts });
  }

  /** Resolves when persistent queries have processed everything. */
  async settled(): Promise<void> {
    await this.#host.call({ server: this.#server, method: 'settled' });
  }

  async records(topic: string): Promise<StoredRecord[]> {
    return (await this.#host.call({
      server: this.#server,
      method: 'records',
      topic,
    })) as StoredRecord[];
  }

  async close(): Promise<void> {
    await this.#host.call({ server: this.#server, method: 'close' });
  }
}
