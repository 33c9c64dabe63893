import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { constants as http2Constants, type ServerHttp2Stream } from 'node:http2';
import type { ServerLimits } from './limits.ts';
import { requestIdOf } from './request-id.ts';
import type { Client } from './security/log-in.ts';
import { ANONYMOUS, type Principal } from './security/roles.ts';
import type { TextSink } from './text-sink.ts';
import { chunkedWire, type Wire } from './wire.ts';

/**
 * One HTTP request and its response, of either version: what a route needs of them, and the one
 * place that knows how much may wait for a client and when a client is gone.
 */
export class Exchange implements Client, TextSink {
  readonly request: IncomingMessage;
  /** Known once the request was let in. */
  principal: Principal = ANONYMOUS;
  readonly requestId: string;
  /** For a browser, if its page may read the answer. */
  corsHeaders: OutgoingHttpHeaders | null = null;
  readonly #response: ServerResponse;
  /** The stream below a response of HTTP/2; null for HTTP/1.1. */
  readonly #stream: ServerHttp2Stream | null;
  readonly #limits: ServerLimits;
  readonly #whenGone = new Set<() => void>();
  #gone = false;
  #stalled = false;
  #lastWords: (() => Iterable<string>) | null = null;

  /**
   * To be made before anything is awaited, so that no end of the connection is missed.
   * @param request of HTTP/1.1, or what Node's compatible interface makes of one of HTTP/2; so is
   *   the response.
   */
  constructor(request: IncomingMessage, response: ServerResponse, limits: ServerLimits) {
    this.request = request;
    this.requestId = requestIdOf(request.headers['x-request-id']);
    this.#response = response;
    this.#stream = 'stream' in response ? (response.stream as ServerHttp2Stream) : null;
    this.#limits = limits;
    response.on('close', () => this.#leave());
    response.on('error', () => this.#leave());
    // An upload that breaks off is reported by `close`; without a listener the error would end the
    // process.
    request.on('error', () => {});
  }

  /** The path of the target, percent-encoded as sent, without the query string. */
  get path(): string {
    return (this.request.url ?? '').split('?', 1)[0]!;
  }

  get isHttp2(): boolean {
    return this.#stream !== null;
  }

  /** One value of a header, by its lower-case name. */
  header(name: string): string | undefined {
    const value = this.request.headers[name];
    return typeof value === 'string' ? value : value?.[0];
  }

  /** `Host`, or what HTTP/2 has instead. */
  get host(): string | undefined {
    return this.header(':authority') ?? this.header('host');
  }

  /** The client is gone or the response has ended: nothing that is written will be read. */
  get gone(): boolean {
    return this.#gone;
  }

  /** The client was closed because it left a full buffer unread for too long. */
  get stalled(): boolean {
    return this.#stalled;
  }

  /**
   * Has a client that is closed because it does not read told why, should it read again before the
   * close timeout.
   * @param lastWords what the body ends with, behind all that was written, each a write of its own; asked for once, at
   *   that moment, and taken as the client reads.
   */
  onStall(lastWords: () => Iterable<string>): void {
    this.#lastWords = lastWords;
  }

  /** Of the answer, as far as it is known. */
  get status(): number {
    return this.#response.statusCode;
  }

  get headersSent(): boolean {
    return this.#response.headersSent;
  }

  /**
   * Runs the callback once when the client goes away or the response has ended; at once if it has.
   */
  onGone(callback: () => void): void {
    if (this.#gone) callback();
    else this.#whenGone.add(callback);
  }

  /** Takes a callback of `onGone` back. */
  offGone(callback: () => void): void {
    this.#whenGone.delete(callback);
  }

  /** Sends a whole response. An undefined header is left out. */
  send(status: number, headers: OutgoingHttpHeaders, body: string): void {
    if (this.#gone) return;
    this.#writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
    // As text it leaves in one write, together with the head.
    this.#response.end(body);
  }

  /**
   * Sends a whole response to a client that is still uploading, then ends the connection (of
   * HTTP/2: the stream). What it goes on sending is read and dropped for a while, because a
   * connection closed with unread bytes is reset and takes the response along.
   */
  sendAndClose(status: number, headers: OutgoingHttpHeaders, body: string): void {
    if (this.#gone) return;
    const bytes = Buffer.from(body);
    this.#writeHead(status, { ...headers, 'content-length': bytes.length, connection: 'close' });
    // HTTP/1.1 closes the connection when the response ends, HTTP/2 the stream when the request has
    // ended as well.
    if (this.#stream === null) this.#response.write(bytes);
    else this.#response.end(bytes);
    const timer = setTimeout(() => {
      if (this.#stream === null) this.#response.end();
      else this.abort();
    }, this.#limits.lingerMs);
    this.request.once('end', () => {
      clearTimeout(timer);
      this.#response.end();
    });
    this.onGone(() => clearTimeout(timer));
    this.request.resume();
  }

  /**
   * Sends the head of a response whose body follows in writes. The connection may then be silent
   * for any time.
   */
  begin(status: number, headers: OutgoingHttpHeaders): void {
    if (this.#gone) return;
    if (this.#stream === null) this.request.socket.setTimeout(0);
    this.#writeHead(status, headers);
    this.#response.flushHeaders();
  }

  /**
   * Sends one piece of the body, which arrives as one chunk of HTTP/1.1 or as frames of its own of
   * HTTP/2: there are clients that take each for a document.
   * @returns true when there is room for more; else a promise of whether the client is still there,
   *   which resolves when it has read what waits for it. A client that does not is closed after the
   *   stall timeout, with the last words of `onStall`.
   */
  write(text: string): true | Promise<boolean> {
    if (this.#gone) return Promise.resolve(false);
    return this.#stream === null ? this.#writeChunk(text) : this.#writeFrame(text);
  }

  /** Chunks of HTTP/1.1, as long as nothing but the connection stands between them and the client. */
  get wire(): Wire | null {
    const { headersSent, chunkedEncoding, socket, writableLength } = this.#response;
    const isDirect = this.#stream === null && headersSent && chunkedEncoding && !this.#gone;
    return isDirect && socket?.writableLength === writableLength ? chunkedWire : null;
  }

  /** Sends pieces of the body as `wire` has them; answers like `write`. */
  writeBytes(chunks: Buffer): true | Promise<boolean> {
    const { socket } = this.#response;
    if (this.#gone || socket === null) return Promise.resolve(false);
    const flowing = socket.write(chunks);
    if (flowing || socket.writableLength < this.#limits.pendingBytesMax) return true;
    return this.#whenRead((settle) => {
      socket.on('drain', settle);
      return () => socket.off('drain', settle);
    });
  }

  /** Ends the body with a last piece, which may be empty. */
  end(text: string): void {
    if (this.#gone) return;
    if (text === '') this.#response.end();
    else this.#response.end(text);
  }

  /**
   * Ends the connection (HTTP/1.1) or the stream (HTTP/2) at once, with whatever is still unsent.
   */
  abort(): void {
    if (this.#stream === null) this.#response.destroy();
    else this.#stream.close(http2Constants.NGHTTP2_CANCEL);
    this.#leave();
  }

  #writeChunk(text: string): true | Promise<boolean> {
    const response = this.#response;
    const { socket } = response;
    if (socket !== null && socket.writableCorked === 0) {
      // Chunks of one turn leave in one packet. Node corks by itself, but the response, which makes
      // them one chunk.
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    const flowing = response.write(text);
    if (flowing || response.writableLength < this.#limits.pendingBytesMax) return true;
    return this.#whenRead((settle) => {
      response.on('drain', settle);
      return () => response.off('drain', settle);
    });
  }

  /** Waits for each piece to be sent: Node puts all that is waiting for a stream into one frame. */
  #writeFrame(text: string): Promise<boolean> {
    const sent = Promise.withResolvers<void>();
    return this.#whenRead((settle) => {
      this.#response.write(text, (error) => {
        if (error) this.#leave();
        settle();
        sent.resolve();
      });
      return () => {};
    }, sent.promise);
  }

  /**
   * @param listen has `settle` called once the client has read; returns what undoes that.
   * @param mayEnd resolves when last words can be written; absent: at any time.
   */
  #whenRead(listen: (settle: () => void) => () => void, mayEnd?: Promise<void>): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#stall(mayEnd), this.#limits.stallTimeoutMs);
      const settle = (): void => {
        clearTimeout(timer);
        this.#whenGone.delete(settle);
        unlisten();
        resolve(!this.#gone);
      };
      const unlisten = listen(settle);
      this.onGone(settle);
    });
  }

  /**
   * From here on nobody else writes, and the query has ended: the client is given what waited and the last words. The
   * connection, or the stream of HTTP/2, is cut when it reads nothing of them for the close timeout, or not all of them
   * within the stall timeout.
   */
  #stall(mayEnd: Promise<void> | undefined): void {
    if (this.#gone) return;
    this.#stalled = true;
    const lastWords = this.#lastWords?.();
    if (lastWords === undefined) {
      this.abort();
      return;
    }
    const cut = (): void => this.abort();
    const silence = setTimeout(cut, this.#limits.closeTimeoutMs);
    const timers = [
      silence,
      setTimeout(cut, this.#limits.stallTimeoutMs + this.#limits.closeTimeoutMs),
    ];
    this.#response.once('close', () => timers.forEach(clearTimeout));
    this.#leave();
    void this.#finish(lastWords, { mayBegin: mayEnd, onRead: () => silence.refresh() });
  }

  async #finish(
    words: Iterable<string>,
    { mayBegin, onRead }: { readonly mayBegin: Promise<void> | undefined; onRead(): void },
  ): Promise<void> {
    const response = this.#response;
    await mayBegin;
    for (const word of words) {
      if (response.destroyed) return;
      await (this.#stream === null
        ? this.#whenDrained(response.write(word))
        : this.#whenSent(word));
      onRead();
    }
    response.end();
  }

  /** There is room for more, or the connection is gone. */
  #whenDrained(flowing: boolean): Promise<void> | undefined {
    const response = this.#response;
    if (flowing || response.writableLength < this.#limits.pendingBytesMax) return undefined;
    return new Promise((resolve) => {
      const settle = (): void => {
        response.off('drain', settle).off('close', settle);
        resolve();
      };
      response.on('drain', settle).on('close', settle);
    });
  }

  /** Each word is a frame of its own. */
  #whenSent(word: string): Promise<unknown> {
    return new Promise((resolve) => this.#response.write(word, resolve));
  }

  #writeHead(status: number, headers: OutgoingHttpHeaders): void {
    // HTTP/2 has no connection header: its frames say what happens to the connection.
    const omitted = this.#stream === null ? undefined : 'connection';
    const known: OutgoingHttpHeaders = { 'x-request-id': this.requestId, ...this.corsHeaders };
    for (const name in headers) {
      const value = headers[name];
      if (value !== undefined && name !== omitted) known[name] = value;
    }
    this.#response.writeHead(status, known);
  }

  #leave(): void {
    if (this.#gone) return;
    this.#gone = true;
    for (const callback of this.#whenGone) callback();
    this.#whenGone.clear();
  }
}
