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
import { FrameMeter } from './frame-meter.ts';

/**
 * The sending side of one WebSocket: knows how much may wait for the client and when it is gone. It
 * guards the connection too: silent, flooding and malformed clients are closed, and never is an
 * error left without a listener, which would end the process.
 */
export class WebSocketChannel {
  readonly #webSocket: WebSocket;
  readonly #socket: Duplex;
  readonly #limits: ServerLimits;
  readonly #heartbeat: Heartbeat;
  readonly #whenGone = new Set<() => void>();
  #gone = false;
  #stalled = false;

  /**
   * @param socket the connection below the WebSocket: its buffer is the one that fills up.
   * @param onText gets what the client sends; absent: that is ignored.
   */
  constructor(
    webSocket: WebSocket,
    socket: Duplex,
    {
      limits,
      onText = () => {},
    }: { readonly limits: ServerLimits; readonly onText?: (text: string) => void },
  ) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#limits = limits;
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
    // Closing, by whichever side, is as good as closed: what is sent now is dropped.
    if (this.#webSocket.readyState !== this.#webSocket.OPEN) this.#leave();
    if (this.#gone) return Promise.resolve(false);
    this.#webSocket.send(text);
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
        this.close(CLOSE_TRY_AGAIN_LATER, 'SLOW_CONSUMER: rows were not read as fast as they came');
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
