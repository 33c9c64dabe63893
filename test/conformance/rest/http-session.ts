import type { JsonNode } from '../../../src/formats/json-node.ts';
import { parseJson } from '../../../src/testing/json-case.ts';
import { Failure } from '../../../src/testing/outcome.ts';

const TIMEOUT_MS = 30_000;
const PROTOBUF = 'application/vnd.ksql.v1+protobuf';

/** The status of a response and its body as JSON. */
export interface Answer {
  readonly status: number;
  readonly body: JsonNode;
}

/** The requests of one case: HTTP/1.1, JSON, the same properties with each. */
export class HttpSession {
  readonly #url: string;
  readonly #properties: Readonly<Record<string, string | boolean>>;

  constructor(url: string, properties: Readonly<Record<string, string | boolean>>) {
    this.#url = url;
    this.#properties = properties;
  }

  /** Sends statements to /ksql. */
  statements(ksql: string): Promise<Answer> {
    return this.#post('/ksql', { ksql, streamsProperties: this.#properties });
  }

  /**
   * Sends a query to /query and reads the whole answer.
   * @param onHeader runs once the first piece of the answer has arrived.
   */
  query(ksql: string, onHeader?: () => Promise<void>): Promise<Answer> {
    return this.#post('/query', { ksql, streamsProperties: this.#properties }, { onHeader });
  }

  /** Sends a query to /query-stream, to be answered as protobuf. */
  protoQuery(sql: string): Promise<Answer> {
    return this.#post('/query-stream', { sql, properties: this.#properties }, { accept: PROTOBUF });
  }

  async #post(
    path: string,
    body: object,
    {
      onHeader,
      accept = 'application/json',
    }: { onHeader?: (() => Promise<void>) | undefined; accept?: string } = {},
  ): Promise<Answer> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    let text = '';
    try {
      const response = await fetch(`${this.#url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept },
        body: JSON.stringify(body),
        signal,
      });
      const decoder = new TextDecoder();
      let waiting = response.ok ? onHeader : undefined;
      for await (const chunk of response.body ?? []) {
        text += decoder.decode(chunk, { stream: true });
        await waiting?.();
        waiting = undefined;
      }
      return { status: response.status, body: parseBody(path, text) };
    } catch (error) {
      if (!signal.aborted) throw error;
      throw new Failure('response', `${path} did not end within ${TIMEOUT_MS} ms; it sent ${text}`);
    }
  }
}

function parseBody(path: string, text: string): JsonNode {
  try {
    // Behind an error in the stream there is a comma too many; clients cope.
    return parseJson(text.replace(/,\s*\]$/, ']'));
  } catch {
    throw new Failure('response', `${path} answered what is no JSON: ${text.slice(0, 300)}`);
  }
}
