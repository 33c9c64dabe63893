import type { DatabaseError } from '../src/base/errors.ts';
import { ERROR_CODES } from '../src/base/errors.ts';
import type { Acknowledgement } from '../src/engine.ts';
import type { Exchange } from './exchange.ts';
import { MEDIA_JSON, type MediaType } from './media-types.ts';

/**
 * The answer to rows that are inserted: a line for each, or one array of all. Each acknowledgement is a write of its own,
 * because ksqlDB's clients take each frame for a document. Who asks for positions is none of them and reads lines: those
 * that wait leave together.
 */
export class InsertAcknowledgements {
  readonly #exchange: Exchange;
  readonly #isArray: boolean;
  readonly #hasPositions: boolean;
  #count = 0;
  #written: Promise<unknown> = Promise.resolve();
  /** Pieces that leave together when what was written before has been taken. */
  #gathered = '';

  /** @param options.hasPositions whether each says where its row stands. */
  constructor(
    exchange: Exchange,
    mediaType: MediaType,
    { hasPositions }: { readonly hasPositions: boolean },
  ) {
    this.#hasPositions = hasPositions;
    this.#exchange = exchange;
    this.#isArray = mediaType === MEDIA_JSON;
  }

  /**
   * Resolves when the client has taken it, or is gone. An acknowledgement that is worth less than usual says so.
   * @param seq which row, from 0.
   */
  acknowledge(
    seq: number,
    { topic, partition, offset, durability }: Acknowledgement,
  ): Promise<unknown> {
    const place = this.#hasPositions
      ? `,"topic":${JSON.stringify(topic)},"partition":${partition},"offset":${offset}`
      : '';
    const worth = durability === 'fsync' ? '' : `,"durability":${JSON.stringify(durability)}`;
    return this.#write(`{"status":"ok","seq":${seq}${place}${worth}}`);
  }

  /** Tells why a row was not written, and ends the answer. */
  async fail(seq: number, error: DatabaseError): Promise<void> {
    const isOurs = ERROR_CODES[error.code].blame === 'server';
    const body = {
      '@type': 'InsertError',
      status: 'error',
      seq,
      error_code: isOurs ? 50000 : 40000,
      message: isOurs
        ? 'Error in processing inserts. Check server logs for details.'
        : error.message,
    };
    await this.#write(JSON.stringify(body));
    await this.end();
  }

  async end(): Promise<void> {
    await this.#written;
    if (!this.#isArray) this.#exchange.end('');
    else this.#exchange.end(this.#count === 0 ? '[]' : ']');
  }

  #write(text: string): Promise<unknown> {
    const first = this.#count++ === 0;
    const piece = this.#isArray ? `${first ? '[' : ','}${text}` : `${text}\n`;
    if (!this.#hasPositions) {
      this.#written = this.#written.then(() => this.#exchange.write(piece));
    } else {
      if (this.#gathered === '') this.#written = this.#written.then(() => this.#writeGathered());
      this.#gathered += piece;
    }
    return this.#written;
  }

  #writeGathered(): true | Promise<boolean> {
    const pieces = this.#gathered;
    this.#gathered = '';
    return this.#exchange.write(pieces);
  }
}
