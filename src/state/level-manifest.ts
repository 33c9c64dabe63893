import { crc32c } from '../base/crc32c.ts';
import { CorruptionError } from '../base/errors.ts';

/*
 * A MANIFEST is a log of LevelDB: blocks of 32 KiB, in each records
 *
 * | bytes | field                                                            |
 * | ----- | ---------------------------------------------------------------- |
 * | 4     | masked CRC-32C of type and data, little-endian                   |
 * | 2     | length of the data, little-endian                                |
 * | 1     | type: 1 whole, 2 first, 3 middle, 4 last part of an edit         |
 * | n     | data                                                             |
 *
 * and an edit is a list of fields, each a tag and what belongs to it; all integers are varints.
 */
const BLOCK_BYTES = 32 << 10;
const HEADER_BYTES = 7;
const WHOLE = 1;
const FIRST = 2;
const LAST = 4;

/** A table file that belongs to the store. */
export interface LiveTable {
  readonly number: number;
  readonly bytes: number;
}

/**
 * The tables that a MANIFEST says belong to the store. What is cut short at its end was never finished.
 * @throws CorruptionError saying at which byte it cannot be what LevelDB wrote.
 */
export function liveTables(manifest: Buffer): LiveTable[] {
  const tables = new Map<string, LiveTable>();
  for (const edit of editsOf(manifest)) applyEdit(edit, tables);
  return [...tables.values()];
}

/** CRCs are stored masked, so that a CRC over bytes that hold CRCs is no special case. */
export function maskedCrc(bytes: Uint8Array, start: number, end: number): number {
  const crc = crc32c(bytes, start, end);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

function* editsOf(bytes: Buffer): Generator<Buffer> {
  let parts: Buffer[] = [];
  let at = 0;
  while (at + HEADER_BYTES <= bytes.length) {
    const blockLeft = BLOCK_BYTES - (at % BLOCK_BYTES);
    if (blockLeft < HEADER_BYTES) {
      at += blockLeft;
      continue;
    }
    const length = bytes.readUInt16LE(at + 4);
    const type = bytes[at + 6]!;
    // After a power cut a file may be longer than what reached it.
    if (type === 0 && isZero(bytes, at)) return;
    const end = at + HEADER_BYTES + length;
    if (HEADER_BYTES + length > blockLeft) throw damaged(at, `a record of ${length} bytes`);
    if (end > bytes.length) {
      if (isWholeButForItsLength(bytes, at)) throw damaged(at, `a record of ${length} bytes`);
      return;
    }
    if (bytes.readUInt32LE(at) !== maskedCrc(bytes, at + 6, end)) throw damaged(at, 'a bad CRC');
    if (type < WHOLE || type > LAST) throw damaged(at, `a record of type ${type}`);
    const isStart = type === WHOLE || type === FIRST;
    if (isStart !== (parts.length === 0)) throw damaged(at, 'part of an edit');
    parts.push(bytes.subarray(at + HEADER_BYTES, end));
    if (type === WHOLE || type === LAST) {
      yield Buffer.concat(parts);
      parts = [];
    }
    at = end;
  }
}

function applyEdit(edit: Buffer, tables: Map<string, LiveTable>): void {
  const fields = new Fields(edit);
  while (!fields.isAtEnd) {
    const tag = fields.integer();
    switch (tag) {
      case 1: // The name of the order of keys.
        fields.skipBytes();
        break;
      case 2: // Numbers of logs and files, and the last sequence.
      case 3:
      case 4:
      case 9:
        fields.integer();
        break;
      case 5: // Where compaction of a level goes on.
        fields.integer();
        fields.skipBytes();
        break;
      case 6: // A table goes, from its level.
        tables.delete(`${fields.integer()}/${fields.integer()}`);
        break;
      case 7: {
        const level = fields.integer();
        const table = { number: fields.integer(), bytes: fields.integer() };
        tables.set(`${level}/${table.number}`, table);
        fields.skipBytes();
        fields.skipBytes();
        break;
      }
      default:
        throw new CorruptionError(`an edit has a field of kind ${tag}`);
    }
  }
}

/** Reads the fields of an edit, or of an index block, one after the other. */
export class Fields {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** A varint of up to 53 bits. @throws CorruptionError when it has no end or is larger. */
  integer(): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 49; scale *= 128) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) break;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80 && Number.isSafeInteger(value)) return value;
    }
    throw new CorruptionError('a number has no end');
  }

  /** Bytes with their length before them. */
  skipBytes(): void {
    this.skip(this.integer());
  }

  skip(count: number): void {
    this.#at += count;
    if (this.#at > this.#bytes.length) throw new CorruptionError('a field has no end');
  }
}

/** What seems to be cut short is complete when the CRC, which does not cover the length, fits some of what is there. */
function isWholeButForItsLength(bytes: Buffer, at: number): boolean {
  const crc = bytes.readUInt32LE(at);
  for (let end = at + HEADER_BYTES; end <= bytes.length; end++) {
    if (maskedCrc(bytes, at + 6, end) === crc) return true;
  }
  return false;
}

function isZero(bytes: Buffer, from: number): boolean {
  for (let i = from; i < bytes.length; i++) if (bytes[i] !== 0) return false;
  return true;
}

function damaged(at: number, what: string): CorruptionError {
  return new CorruptionError(`byte ${at}: ${what}`);
}
