import { once } from 'node:events';
import * as http from 'node:http';
import * as net from 'node:net';
import type { SeededRandom } from '../faults/random.ts';
import { BODIES, MESSAGES, QUERIES, REQUESTS, STATEMENTS } from './corpus.ts';
import { mutate, mutateBytes } from './mutate.ts';
import type { Target } from './target.ts';

/** How long a connection without an answer is listened to: silence is a right answer to half a request. */
const SILENCE_MS = 30;
/** A request that is answered at all is answered within this time, on a busy machine too. */
const ANSWER_MS_MAX = 30_000;
/** Makes a request fail as a whole, after all of it was checked. */
const POISON = '\nDROP STREAM no_such_stream;';
const AGENT = new http.Agent({ keepAlive: true, maxSockets: 4 });

function pick<T>(list: readonly T[], random: SeededRandom): T {
  return list[random.below(list.length)]!;
}

function variant(list: readonly string[], random: SeededRandom): string {
  return mutate(pick(list, random), pick(list, random), random);
}

/** Statements and queries. Definitions are checked and planned, and carried out one time in twenty. */
const sql: Target = {
  name: 'sql',
  async attempt(port, random, setInput) {
    const isQuery = random.below(3) === 0;
    const text = variant(isQuery ? QUERIES : STATEMENTS, random);
    setInput(text);
    if (isQuery) {
      await post(port, '/query-stream', JSON.stringify({ sql: text }));
    } else {
      const statements = random.below(20) === 0 ? text : text + POISON;
      // An assertion waits for as long as it says.
      const patience = /timeout/i.test(statements) ? SILENCE_MS : ANSWER_MS_MAX;
      await post(port, '/ksql', JSON.stringify({ ksql: statements }), patience);
    }
  },
};

const rest: Target = {
  name: 'rest',
  async attempt(port, random, setInput) {
    const [path, body] = pick(BODIES, random);
    const [, other] = pick(BODIES, random);
    const text = mutate(body, other, random);
    setInput(`${path} ${text}`);
    await post(port, path, text);
  },
};

const rawHttp: Target = {
  name: 'http',
  async attempt(port, random, setInput) {
    const bytes =
      random.below(2) === 0
        ? Buffer.from(variant(REQUESTS, random), 'latin1')
        : mutateBytes(Buffer.from(pick(REQUESTS, random), 'latin1'), random);
    setInput(bytes.toString('latin1'));
    await talk(port, [bytes]);
  },
};

const HANDSHAKE = (path: string): Buffer =>
  Buffer.from(
    `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  );

/** Messages that are spoilt, in frames that are right or spoilt as well. */
const rawWebSocket: Target = {
  name: 'websocket',
  async attempt(port, random, setInput) {
    const frames: Buffer[] = [];
    for (let i = 1 + random.below(4); i > 0; i--) {
      const text = random.below(3) === 0 ? pick(MESSAGES, random) : variant(MESSAGES, random);
      const frame = frameOf(Buffer.from(text));
      frames.push(random.below(2) === 0 ? frame : mutateBytes(frame, random));
    }
    setInput(Buffer.concat(frames).toString('latin1'));
    const path = random.below(8) === 0 ? '/ws/query?request=%7B%7D' : '/ws';
    await talk(port, [HANDSHAKE(path), ...frames]);
  },
};

/** A masked text frame; the mask is zero, so what is in it stays readable. */
function frameOf(payload: Buffer): Buffer {
  const isShort = payload.length < 126;
  const head = Buffer.alloc(isShort ? 2 : 4);
  head[0] = 0x81;
  head[1] = 0x80 | (isShort ? payload.length : 126);
  if (!isShort) head.writeUInt16BE(Math.min(payload.length, 0xffff), 2);
  return Buffer.concat([head, Buffer.alloc(4), payload.subarray(0, 0xffff)]);
}

/**
 * Resolves when the answer has ended; an answer that goes on, of a push query, is left after a moment.
 * @param patienceMs until the answer begins.
 * @throws when it does not, unless nobody waits for it.
 */
function post(
  port: number,
  path: string,
  body: string,
  patienceMs: number = ANSWER_MS_MAX,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', host: 'localhost' };
    const options = { port, path, method: 'POST', headers, agent: AGENT };
    const waiting = setTimeout(() => {
      if (patienceMs < ANSWER_MS_MAX) resolve();
      else reject(new Error(`no answer within ${patienceMs} ms`));
      request.destroy();
    }, patienceMs);
    const request = http.request(options, (response) => {
      clearTimeout(waiting);
      const timer = setTimeout(() => request.destroy(), SILENCE_MS);
      response.on('data', () => {});
      response.on('error', () => {});
      response.on('close', () => {
        clearTimeout(timer);
        resolve();
      });
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(waiting);
      // A kept connection that the server has just closed is no finding; one that is refused is.
      if (error.code === 'ECONNREFUSED') reject(error);
      else resolve();
    });
    request.end(body);
  });
}

/** Sends the bytes and listens until the server closes or has nothing to say for a moment. */
async function talk(port: number, pieces: readonly Buffer[]): Promise<void> {
  const socket = net.connect(port, '127.0.0.1');
  const failed = new Promise<never>((_resolve, reject) => socket.once('error', reject));
  failed.catch(() => {});
  socket.on('error', () => {});
  await Promise.race([once(socket, 'connect'), failed]);
  for (const piece of pieces) socket.write(piece);
  await new Promise<void>((resolve) => {
    let timer = setTimeout(resolve, SILENCE_MS);
    socket.on('data', () => {
      clearTimeout(timer);
      timer = setTimeout(resolve, SILENCE_MS);
    });
    socket.on('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
  socket.destroy();
}

/** What is given broken input. */
export const TARGETS: readonly Target[] = [sql, rest, rawHttp, rawWebSocket];
