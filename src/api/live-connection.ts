import { LiveConnectionError } from './live-errors.ts';

/** How a client connects. */
export interface LiveConnectionOptions {
  /** A bearer token, if the server asks who you are. */
  readonly token?: string;
  /** From the loss of a connection to the first try to make it anew, and the most between tries, milliseconds. */
  readonly retryMsMin?: number;
  readonly retryMsMax?: number;
}

interface Listener {
  opened(): void;
  lost(): void;
  received(text: string): void;
}

const RETRY_MS_MIN = 100;
const RETRY_MS_MAX = 10_000;
const PING_MS = 20_000;
/** Without a word from the server for so long the connection counts as lost. */
const SILENCE_MS_MAX = 45_000;

/** One WebSocket to a server, made anew when it is lost and someone needs it. */
export class LiveConnection {
  readonly #address: string;
  readonly #options: LiveConnectionOptions;
  readonly #listener: Listener;
  #socket: WebSocket | null = null;
  #opening: Promise<void> | null = null;
  #closed = false;
  #heardAt = 0;
  #pinging: ReturnType<typeof setInterval> | undefined;

  /** @throws TypeError when the URL is none. */
  constructor(url: string, options: LiveConnectionOptions, listener: Listener) {
    const base = URL.canParse(url) ? new URL(url) : null;
    if (base === null || !/^https?:$/.test(base.protocol)) {
      throw new TypeError(
        `The server's address must be a URL such as http://localhost:8088; found "${url}".`,
      );
    }
    const scheme = base.protocol === 'https:' ? 'wss' : 'ws';
    const query =
      options.token === undefined ? '' : `?access_token=${encodeURIComponent(options.token)}`;
    this.#address = `${scheme}://${base.host}/ws${query}`;
    this.#options = options;
    this.#listener = listener;
  }

  /** Resolves when it is open. @throws LiveConnectionError when the server cannot be reached or refuses. */
  open(): Promise<void> {
    if (this.#closed) return Promise.reject(new LiveConnectionError('The client was closed.'));
    if (this.#socket !== null) return Promise.resolve();
    this.#opening ??= this.#connect().finally(() => (this.#opening = null));
    return this.#opening;
  }

  /** Tries, for as long as it takes, until it is open or closed for good. */
  openAgain(): void {
    const { retryMsMin = RETRY_MS_MIN, retryMsMax = RETRY_MS_MAX } = this.#options;
    const tryOnce = (delayMs: number): void => {
      // Clients that lost the same server shall not all come back at once.
      setTimeout(
        () => {
          if (this.#closed || this.#socket !== null) return;
          this.open().catch(() => tryOnce(Math.min(delayMs * 2, retryMsMax)));
        },
        delayMs * (0.5 + Math.random()),
      );
    };
    tryOnce(retryMsMin);
  }

  /** Sends a text; dropped when the connection is not open, whose loss is told. */
  send(text: string): void {
    this.#socket?.send(text);
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#pinging);
    this.#socket?.close();
    this.#socket = null;
  }

  #connect(): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(this.#address);
      socket.addEventListener('open', () => {
        if (this.#closed) {
          socket.close();
          return;
        }
        this.#socket = socket;
        this.#watch(socket);
        resolve();
        this.#listener.opened();
      });
      socket.addEventListener('message', ({ data }: { readonly data: unknown }) => {
        this.#heardAt = performance.now();
        if (this.#socket === socket) this.#listener.received(String(data));
      });
      socket.addEventListener('close', () => {
        reject(new LiveConnectionError('The server cannot be reached, or refused the connection.'));
        this.#drop(socket);
      });
      socket.addEventListener('error', () => {});
    });
  }

  #watch(socket: WebSocket): void {
    this.#heardAt = performance.now();
    clearInterval(this.#pinging);
    this.#pinging = setInterval(() => {
      if (performance.now() - this.#heardAt > SILENCE_MS_MAX) {
        // Its peer may be gone for good: the close handshake is not waited for.
        socket.close();
        this.#drop(socket);
      } else {
        socket.send('{"type":"ping"}');
      }
    }, PING_MS);
  }

  #drop(socket: WebSocket): void {
    if (this.#socket !== socket) return;
    this.#socket = null;
    clearInterval(this.#pinging);
    if (!this.#closed) this.#listener.lost();
  }
}
