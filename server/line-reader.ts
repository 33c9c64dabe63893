import type { IncomingMessage } from 'node:http';
import { DatabaseError } from '../src/base/errors.ts';
import { decodeUtf8 } from './json-text.ts';

const NEWLINE = 0x0a;

/**
 * The lines of a request body, one by one as the caller asks for them: what has not been asked for stays with the
 * client. The last line may lack its end.
 */
export class LineReader {
  readonly #request: IncomingMessage;
  readonly #lineBytesMax: number;
  #chunks: Buffer[] = [];
  #size = 0;
  #ended = false;
  #wake: (() => void) | null = null;

  /** @param lineBytesMax a longer line is refused. */
  constructor(request: IncomingMessage, lineBytesMax: number) {
    this.#request = request;
    this.#lineBytesMax = lineBytesMax;
    request.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#size += chunk.length;
      request.pause();
      this.#wake?.();
    });
    const end = (): void => {
      this.#ended = true;
      this.#wake?.();
    };
    request.on('end', end);
    request.on('aborted', end);
    request.on('close', end);
    request.pause();
  }

  /**
   * The next line without its end; null when there are no more.
   * @throws DatabaseError TOO_LARGE, or BAD_REQUEST for bytes that are not UTF-8.
   */
  async next(): Promise<string | null> {
    for (;;) {
      const line = this.#take();
      if (line !== null) return decodeUtf8(line);
      if (this.#size > this.#lineBytesMax) throw this.#tooLong();
      if (this.#ended) return this.#rest();
      await this.#more();
    }
  }

  #take(): Buffer | null {
    const last = this.#chunks.at(-1);
    if (last === undefined) return null;
    // Only the latest chunk can have an end of line that was not looked at.
    if (this.#chunks.length > 1 && !last.includes(NEWLINE)) return null;
    const bytes = this.#chunks.length === 1 ? last : Buffer.concat(this.#chunks);
    const end = bytes.indexOf(NEWLINE);
    if (end < 0) return null;
    if (end > this.#lineBytesMax) throw this.#tooLong();
    const rest = bytes.subarray(end + 1);
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#size = rest.length;
    return bytes.subarray(0, end);
  }

  #rest(): string | null {
    if (this.#size === 0) return null;
    const bytes = Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#size = 0;
    return decodeUtf8(bytes);
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = null;
        resolve();
      };
      this.#request.resume();
    });
  }

  #tooLong(): DatabaseError {
    return new DatabaseError(
      'TOO_LARGE',
      `A line is longer than the ${this.#lineBytesMax} bytes it may have.`,
    );
  }
}
