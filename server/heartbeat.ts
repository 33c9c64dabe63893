/** How a heartbeat reaches its peer, and how long it waits. */
export interface HeartbeatOptions {
  readonly intervalMs: number;
  /** From a ping that is not answered to the verdict. */
  readonly timeoutMs: number;
  readonly ping: () => void;
  /** Called once, when the peer has not answered in time. */
  readonly dead: () => void;
}

/**
 * Pings a peer that may be silent for hours and finds out when it is no longer there. To be stopped
 * at the end.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #interval: NodeJS.Timeout;
  #deadline: NodeJS.Timeout | null = null;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#interval = setInterval(() => this.#beat(), options.intervalMs);
  }

  /** The peer has answered a ping. */
  answered(): void {
    if (this.#deadline === null) return;
    clearTimeout(this.#deadline);
    this.#deadline = null;
  }

  stop(): void {
    clearInterval(this.#interval);
    this.answered();
  }

  #beat(): void {
    this.#deadline ??= setTimeout(() => {
      this.stop();
      this.#options.dead();
    }, this.#options.timeoutMs);
    this.#options.ping();
  }
}
