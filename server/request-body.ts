import { DatabaseError } from '../src/base/errors.ts';
import { checkBodyType } from './media-types.ts';
import { decodeUtf8, invalidJson, parseJsonText } from './json-text.ts';
import type { Exchange } from './exchange.ts';
import type { ServerLimits } from './limits.ts';

/**
 * Reads the body of a request as JSON.
 * @throws DatabaseError UNSUPPORTED_MEDIA_TYPE, TOO_LARGE, REQUEST_TIMEOUT or BAD_REQUEST.
 */
export async function readJsonBody(exchange: Exchange, limits: ServerLimits): Promise<unknown> {
  const fromBrowser =
    exchange.header('origin') !== undefined || exchange.header('sec-fetch-site') !== undefined;
  checkBodyType(exchange.header('content-type'), fromBrowser);
  checkNotCompressed(exchange.header('content-encoding'));
  if (Number(exchange.header('content-length') ?? 0) > limits.bodyBytesMax) throw tooLarge(limits);
  const text = decodeUtf8(await readBytes(exchange, limits));
  if (text.trim() === '') throw invalidJson('the body is empty, expected an object');
  return parseJsonText(text, limits.jsonDepthMax);
}

function checkNotCompressed(encoding: string | undefined): void {
  if (encoding === undefined || encoding.trim().toLowerCase() === 'identity') return;
  throw new DatabaseError(
    'UNSUPPORTED_MEDIA_TYPE',
    `Content-Encoding: found ${JSON.stringify(encoding)}, but bodies are read uncompressed only.`,
  );
}

function readBytes(exchange: Exchange, limits: ServerLimits): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const { request } = exchange;
    const chunks: Buffer[] = [];
    let size = 0;
    let isSettled = false;
    let timer: NodeJS.Timeout | undefined;
    const settle = (): void => {
      isSettled = true;
      clearTimeout(timer);
      request.off('data', take);
      request.off('end', end);
      exchange.offGone(gone);
    };
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > limits.bodyBytesMax) {
        request.pause();
        settle();
        reject(tooLarge(limits));
      } else {
        chunks.push(chunk);
      }
    };
    const end = (): void => {
      settle();
      resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
    };
    const gone = (): void => {
      settle();
      reject(invalidJson('the upload broke off'));
    };
    request.on('data', take);
    request.on('end', end);
    exchange.onGone(gone);
    // Most bodies come with their head and are here before this turn is over.
    queueMicrotask(() => {
      if (isSettled) return;
      timer = setTimeout(() => {
        settle();
        reject(tooSlow(limits));
      }, limits.requestTimeoutMs);
    });
  });
}

function tooLarge(limits: ServerLimits): DatabaseError {
  return new DatabaseError(
    'TOO_LARGE',
    `The body is larger than the ${limits.bodyBytesMax} bytes a request may have. Split it into several requests.`,
  );
}

function tooSlow(limits: ServerLimits): DatabaseError {
  return new DatabaseError(
    'REQUEST_TIMEOUT',
    `The body did not arrive within ${limits.requestTimeoutMs} ms.`,
  );
}
