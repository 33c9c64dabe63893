/** How pieces of text stand in the bytes of a connection, so that bytes can be made once for many clients. */
export interface Wire {
  readonly name: string;
  /** The most bytes that stand around a piece. */
  readonly overheadBytes: number;
  /**
   * Writes a piece.
   * @param length of the text, bytes.
   * @returns where the next piece goes.
   */
  write(text: string, length: number, target: Buffer, offset: number): number;
}

const LENGTH_16 = 126;
const LENGTH_64 = 127;
const TEXT_FRAME = 0x81;

/** Each piece is a text frame of a server, which is not masked. */
export const webSocketWire: Wire = {
  name: 'websocket',
  overheadBytes: 10,
  write(text, length, target, offset) {
    let next = offset;
    target[next++] = TEXT_FRAME;
    if (length < LENGTH_16) {
      target[next++] = length;
    } else if (length < 2 ** 16) {
      target[next++] = LENGTH_16;
      next = target.writeUInt16BE(length, next);
    } else {
      target[next++] = LENGTH_64;
      next = target.writeBigUInt64BE(BigInt(length), next);
    }
    return next + target.write(text, next);
  },
};

const LINE_END = '\r\n';

/** Each piece is a chunk of an HTTP/1.1 body. */
export const chunkedWire: Wire = {
  name: 'chunked',
  overheadBytes: 20,
  write(text, length, target, offset) {
    let next = offset + target.write(`${length.toString(16)}${LINE_END}`, offset, 'latin1');
    next += target.write(text, next);
    return next + target.write(LINE_END, next, 'latin1');
  },
};

/** Writes are about this long; what a client takes at a time has to be bounded. */
const BYTES_MAX = 64 * 1024;

/** Pieces as they stand in the bytes of a connection. */
export interface FramedPieces {
  readonly bytes: Buffer;
  /** How many pieces there are up to the end of these bytes, those of the buffers before counted. */
  readonly end: number;
}

/** The bytes of pieces, in order, each piece whole in one of the buffers. */
export function frameAll(wire: Wire, texts: readonly string[]): readonly FramedPieces[] {
  const framed: FramedPieces[] = [];
  const lengths = texts.map((text) => Buffer.byteLength(text));
  for (let from = 0; from < texts.length;) {
    let size = 0;
    let to = from;
    while (to < texts.length && (to === from || size + lengths[to]! <= BYTES_MAX)) {
      size += lengths[to++]! + wire.overheadBytes;
    }
    const buffer = Buffer.allocUnsafeSlow(size);
    let offset = 0;
    for (; from < to; from++) offset = wire.write(texts[from]!, lengths[from]!, buffer, offset);
    framed.push({ bytes: buffer.subarray(0, offset), end: to });
  }
  return framed;
}
