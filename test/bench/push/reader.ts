import * as net from 'node:net';

/** Latencies beyond it are counted as this long. */
export const LATENCY_MS_MAX = 60_000;

/** A frame with rows that was looked into once: other readers get the same bytes. */
interface KnownFrame {
  readonly bytes: Buffer;
  readonly first: number;
  readonly last: number;
  /** The times at which its rows were sent, and how many at each. */
  readonly sent: ReadonlyMap<number, number>;
}

/** What all readers of the process have seen together. */
export class Tally {
  readonly latencies = Array.from({ length: LATENCY_MS_MAX + 1 }, () => 0);
  frames = 0;
  bytes = 0;
  readonly #known: KnownFrame[] = [];

  /** Reads a frame with rows. */
  frame(bytes: Buffer): KnownFrame {
    const known = this.#known.find((frame) => frame.bytes.equals(bytes));
    if (known !== undefined) return known;
    const { rows } = JSON.parse(bytes.toString()) as { rows: [number, number][] };
    const sent = new Map<number, number>();
    for (const [, time] of rows) sent.set(time, (sent.get(time) ?? 0) + 1);
    const isRun = rows.every(([n], index) => n === rows[0]![0] + index);
    const [first, last] = isRun ? [rows[0]![0], rows.at(-1)![0]] : [-1, -1];
    const fresh = { bytes: Buffer.from(bytes), first, last, sent };
    this.#known.unshift(fresh);
    if (this.#known.length > KNOWN_MAX) this.#known.pop();
    return fresh;
  }
}

const KNOWN_MAX = 32;
const ROWS = Buffer.from('{"type":"rows"');
const OPCODE = 0x0f;
const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const MASKED = 0x80;
const CLOSED_SLOW = 1013;

/** One WebSocket with one push query, read with as little work as possible. */
export class Reader {
  /** How many rows have come, in order. */
  count = 0;
  inOrder = true;
  /** Whether it has ended, and whether as a slow consumer that was given a token. */
  ended = false;
  endedWithToken = false;
  #hasToken = false;
  #left: Buffer | null = null;
  readonly #socket: net.Socket;
  readonly #tally: Tally | null;
  readonly #started: () => void;

  private constructor(socket: net.Socket, tally: Tally | null, started: () => void) {
    this.#socket = socket;
    this.#tally = tally;
    this.#started = started;
  }

  /**
   * Resolves when the query runs.
   * @param tally null to pass over rows.
   */
  static open(port: number, sql: string, tally: Tally | null): Promise<Reader> {
    return new Promise((resolve, reject) => {
      const socket = net.connect(port, '127.0.0.1');
      const reader: Reader = new Reader(socket, tally, () => resolve(reader));
      socket.on('error', reject);
      socket.on('close', () => (reader.ended = true));
      socket.write(
        'GET /ws HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: upgrade\r\nupgrade: websocket\r\n' +
          'sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
      );
      socket.once('data', (head: Buffer) => {
        const end = head.indexOf('\r\n\r\n') + 4;
        socket.on('data', (bytes: Buffer) => reader.#take(bytes));
        socket.write(masked(JSON.stringify({ type: 'query', id: 'q', sql })));
        if (end < head.length) reader.#take(head.subarray(end));
      });
    });
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  #take(bytes: Buffer): void {
    if (this.#tally !== null) this.#tally.bytes += bytes.length;
    let buffer = this.#left === null ? bytes : Buffer.concat([this.#left, bytes]);
    for (;;) {
      const start = payloadStart(buffer);
      if (start === null) break;
      const end = start.offset + start.length;
      if (buffer.length < end) break;
      this.#frame(buffer[0]! & OPCODE, buffer.subarray(start.offset, end));
      buffer = buffer.subarray(end);
    }
    this.#left = buffer.length === 0 ? null : buffer;
  }

  #frame(opcode: number, payload: Buffer): void {
    if (opcode === CLOSE) {
      this.endedWithToken = payload.readUInt16BE(0) === CLOSED_SLOW && this.#hasToken;
      this.ended = true;
      this.#socket.destroy();
    } else if (opcode === PING) {
      this.#socket.write(Buffer.from([0x8a, MASKED, 0, 0, 0, 0]));
    } else if (opcode === TEXT) {
      if (payload.subarray(0, ROWS.length).equals(ROWS)) {
        if (this.#tally !== null) this.#rows(payload, this.#tally);
      } else this.#message(JSON.parse(payload.toString()));
    }
  }

  #rows(payload: Buffer, tally: Tally): void {
    const { first, last, sent } = tally.frame(payload);
    tally.frames++;
    if (first !== this.count) this.inOrder = false;
    this.count = last + 1;
    const now = Date.now();
    for (const [time, count] of sent) {
      const latency = Math.min(LATENCY_MS_MAX, Math.max(0, now - time));
      tally.latencies[latency]! += count;
    }
  }

  #message(message: { type: string; token?: string | null; message?: string }): void {
    if (message.type === 'started') this.#started();
    if (message.type === 'error') throw new Error(message.message);
    if (message.type === 'ended') this.#hasToken = typeof message.token === 'string';
  }
}

/** Where the payload of the first frame stands; null when its head is not there yet. */
function payloadStart(buffer: Buffer): { offset: number; length: number } | null {
  if (buffer.length < 2) return null;
  const short = buffer[1]!;
  if (short < LENGTH_16) return { offset: 2, length: short };
  if (short === LENGTH_16) {
    return buffer.length < 4 ? null : { offset: 4, length: buffer.readUInt16BE(2) };
  }
  if (short !== LENGTH_64) throw new Error('a server does not mask its frames');
  return buffer.length < 10 ? null : { offset: 10, length: Number(buffer.readBigUInt64BE(2)) };
}

/** A text frame of a client, with a mask that changes nothing. */
function masked(text: string): Buffer {
  const payload = Buffer.from(text);
  const head = Buffer.from([0x81, MASKED | LENGTH_16, 0, 0, 0, 0, 0, 0]);
  head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}
