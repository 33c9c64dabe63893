import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { Heartbeat } from '../heartbeat.ts';
import type { ServerLimits } from '../limits.ts';
import {
  CLOSE_POLICY,
  CLOSE_TRY_AGAIN_LATER,
  CLOSE_UNSUPPORTED,
  closeReason,
} from './close-codes.ts';
import { SLOW_CONSUMER } from '../slow-consumer.ts';
import type { TextSink } from '../text-sink.ts';
import { webSocketWire } from '../wire.ts';
import { FrameMeter } from './frame-meter.ts';

/**
 * The sending side of one WebSocket: knows how much may wait for the client and when it is gone. It
 * guards the connection too: silent, flooding and malformed clients are closed, and never is an
 * error left without a listener, which would end the process.
 */
export class WebSocketChannel implements TextSink {
  readonly wire = webSocketWire;
  readonly #webSocket: WebSocket;
  readonly #socket: Duplex;
  readonly #limits: ServerLimits;
  readonly #onStall: (reason: string) => void;
  readonly #heartbeat: Heartbeat;
  readonly #whenGone = new Set<() => void>();
  #gone = false;
  #stalled = false;

  /**
   * @param socket the connection below the WebSocket: its buffer is the one that fills up.
   * @param onText gets what the client sends; absent: that is ignored.
   * @param onStall called before a client that does not read is closed, for a last word.
   */
  constructor(
    webSocket: WebSocket,
    socket: Duplex,
    {
      limits,
      onText = () => {},
      onStall = () => {},
    }: {
      readonly limits: ServerLimits;
      readonly onText?: (text: string) => void;
      readonly onStall?: (reason: string) => void;
    },
  ) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#limits = limits;
    this.#onStall = onStall;
    this.#heartbeat = new Heartbeat({
      intervalMs: limits.pingIntervalMs,
      timeoutMs: limits.pongTimeoutMs,
      ping: () => webSocket.ping(),
      dead: () => webSocket.terminate(),
    });
    // Many queries may wait for the one connection.
    socket.setMaxListeners(0);
    webSocket.on('close', () => this.#leave());
    // The library answers a malformed frame with the right close code by itself.
    webSocket.on('error', () => this.#leave());
    webSocket.on('pong', () => this.#heartbeat.answered());
    this.#guard(new FrameMeter(limits.framesPerSecondMax), onText);
  }

  /** The client is gone or being closed: nothing that is written will be read. */
  get gone(): boolean {
    return this.#gone;
  }

  /** The client was closed because it left a full buffer unread for too long. */
  get stalled(): boolean {
    return this.#stalled;
  }

  /** Runs the callback once when the client goes away or is closed; at once if it has. */
  onGone(callback: () => void): void {
    if (this.#gone) callback();
    else this.#whenGone.add(callback);
  }

  /**
   * Sends one text frame.
   * @returns true when there is room for more; else a promise of whether the client is still there,
   *   which resolves when it has read what waits for it. A client that does not is closed after the
   *   stall timeout.
   */
  write(text: string): true | Promise<boolean> {
    if (!this.#isOpen()) return Promise.resolve(false);
    this.#webSocket.send(text);
    return this.#hasRoom();
  }

  /**
   * Sends whole frames, made by `wire`; answers like `write`. They go past the library, which sends at once what it is
   * given: nothing is compressed here, and frames cannot get between the parts of another.
   */
  writeBytes(frames: Buffer): true | Promise<boolean> {
    if (!this.#isOpen()) return Promise.resolve(false);
    this.#socket.write(frames);
    return this.#hasRoom();
  }

  /** Closing, by whichever side, is as good as closed: what is sent now is dropped. */
  #isOpen(): boolean {
    if (this.#webSocket.readyState !== this.#webSocket.OPEN) this.#leave();
    return !this.#gone;
  }

  #hasRoom(): true | Promise<boolean> {
    const full = this.#webSocket.bufferedAmount >= this.#limits.pendingBytesMax;
    return full && this.#socket.writableNeedDrain ? this.#drained() : true;
  }

  /** Says goodbye. The connection is cut if the client does not answer in time. */
  close(code: number, reason: string): void {
    if (this.#gone) return;
    this.#webSocket.close(code, closeReason(reason));
    this.#leave();
  }

  #drained(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#stalled = true;
        this.#onStall(SLOW_CONSUMER);
        this.close(CLOSE_TRY_AGAIN_LATER, SLOW_CONSUMER);
      }, this.#limits.stallTimeoutMs);
      const settle = (): void => {
        clearTimeout(timer);
        this.#whenGone.delete(settle);
        this.#socket.off('drain', settle);
        resolve(!this.#gone);
      };
      this.#socket.on('drain', settle);
      this.onGone(settle);
    });
  }

  /**
   * Keeps out what is no text, and more frames than anybody has a use for.
   */
  #guard(meter: FrameMeter, onText: (text: string) => void): void {
    const count = (): boolean => {
      if (meter.count()) return true;
      this.close(CLOSE_POLICY, 'too many frames within a second');
      return false;
    };
    this.#webSocket.on('ping', count);
    this.#webSocket.on('pong', count);
    this.#webSocket.on('message', (data, isBinary) => {
      if (isBinary) this.close(CLOSE_UNSUPPORTED, 'binary frames are not read here');
      else if (count() && !this.#gone) onText((data as Buffer).toString());
    });
  }

  #leave(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#heartbeat.stop();
    for (const callback of this.#whenGone) callback();
    this.#whenGone.clear();
  }
}
