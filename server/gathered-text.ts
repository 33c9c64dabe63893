import type { OutgoingHttpHeaders } from 'node:http';
import type { Exchange } from './exchange.ts';
import type { TextSink } from './text-sink.ts';

/** A text that is longer is sent piece by piece. */
const GATHERED_LENGTH_MAX = 32 * 1024;

/** The body of a response that is probably short: it leaves in one write, with its head, unless it grows too long. */
export class GatheredText implements TextSink {
  readonly #exchange: Exchange;
  readonly #headers: OutgoingHttpHeaders;
  #text = '';
  #begun = false;

  constructor(exchange: Exchange, headers: OutgoingHttpHeaders) {
    this.#exchange = exchange;
    this.#headers = headers;
  }

  write(text: string): true | Promise<boolean> {
    if (this.#begun) return this.#exchange.write(text);
    this.#text += text;
    if (this.#exchange.gone) return Promise.resolve(false);
    if (this.#text.length < GATHERED_LENGTH_MAX) return true;
    this.#begun = true;
    this.#exchange.begin(200, this.#headers);
    const gathered = this.#text;
    this.#text = '';
    return this.#exchange.write(gathered);
  }

  /** Ends the body with a last piece, which may be empty. */
  end(text: string): void {
    if (this.#begun) this.#exchange.end(text);
    else this.#exchange.send(200, this.#headers, this.#text + text);
  }
}
