import { uncompress } from 'snappyjs';
import { CorruptionError } from '../base/errors.ts';
import { Fields, maskedCrc } from './level-manifest.ts';

/*
 * A table file of LevelDB:
 *
 * | part                    | what                                                              |
 * | ----------------------- | ----------------------------------------------------------------- |
 * | blocks                  | data, then a filter, then an index of meta blocks, then the index |
 * | behind each block       | 1 byte compression, 4 bytes masked CRC-32C of block and that byte |
 * | footer, 48 bytes at end | handles of the two indexes, zeros, 8 bytes magic                  |
 *
 * A handle is position and length, two varints. An index block is a list of entries: bytes shared with the key before,
 * further bytes of the key, bytes of the value, key, value (the handle of a block); at its end the positions of some of
 * the entries and their count, 4 bytes each.
 */
const FOOTER_BYTES = 48;
const TRAILER_BYTES = 5;
const MAGIC = Buffer.from('57fb808b247547db', 'hex');
const PLAIN = 0;
const SNAPPY = 1;

interface Handle {
  readonly position: number;
  readonly bytes: number;
}

/** What the indexes take at the end of a table: usually less than so much, and than that share of it. */
const TAIL_BYTES_MIN = 64 << 10;
const TAIL_SHARE = 1 / 32;

/** The position from which on a table of so many bytes has its indexes, unless they are unusually large. */
export function tailOf(bytes: number): number {
  return Math.max(0, bytes - Math.max(TAIL_BYTES_MIN, Math.ceil(bytes * TAIL_SHARE)));
}

/**
 * Checks every byte of a table from a position on: LevelDB does not when it reads, hands out what it finds, and ends
 * the process over some indexes that make no sense.
 *
 * @param bytes of the file from `start` on, to its end.
 * @returns false when its indexes begin before `start`: nothing was checked then.
 * @throws CorruptionError saying what is wrong, and at which byte.
 */
export function checkTable(bytes: Buffer, start = 0): boolean {
  return new TableCheck(bytes, start).run();
}

class TableCheck {
  readonly #bytes: Buffer;
  readonly #start: number;
  readonly #footerAt: number;

  constructor(bytes: Buffer, start: number) {
    this.#bytes = bytes;
    this.#start = start;
    this.#footerAt = start + bytes.length - FOOTER_BYTES;
  }

  run(): boolean {
    const bytes = this.#bytes;
    if (bytes.length < FOOTER_BYTES)
      throw damaged(this.#start, `${bytes.length} bytes are no table`);
    const magicAt = bytes.length - MAGIC.length;
    if (!bytes.subarray(magicAt).equals(MAGIC)) {
      throw damaged(this.#start + magicAt, 'not the end of a table');
    }
    const footer = new Fields(bytes.subarray(-FOOTER_BYTES));
    const metaIndex = handleOf(footer);
    const index = handleOf(footer);
    if (Math.min(metaIndex.position, index.position) < this.#start) return false;
    for (const handle of this.#blocksOf(metaIndex)) this.#checkBlock(handle);
    let end = 0;
    for (const handle of this.#blocksOf(index)) {
      if (handle.position !== end) throw damaged(end, 'no block of the index');
      this.#checkBlock(handle);
      end = handle.position + handle.bytes + TRAILER_BYTES;
    }
    return true;
  }

  /** The blocks that an index block names, which is checked first. */
  #blocksOf(handle: Handle): Handle[] {
    this.#checkBlock(handle);
    const at = handle.position - this.#start;
    const end = at + handle.bytes;
    const stored = this.#bytes.subarray(at, end);
    const type = this.#bytes[end];
    if (type !== PLAIN && type !== SNAPPY)
      throw damaged(handle.position, `a block of type ${type}`);
    const block = type === PLAIN ? stored : Buffer.from(uncompress(stored));
    const restarts = block.length >= 4 ? block.readUInt32LE(block.length - 4) : Infinity;
    const entriesEnd = block.length - 4 - restarts * 4;
    if (!(entriesEnd >= 0)) throw damaged(handle.position, 'an index without entries');
    const fields = new Fields(block.subarray(0, entriesEnd));
    const handles: Handle[] = [];
    while (!fields.isAtEnd) {
      fields.integer();
      const keyBytes = fields.integer();
      fields.integer();
      fields.skip(keyBytes);
      handles.push(handleOf(fields));
    }
    return handles;
  }

  /** Unless it begins before what is looked at. */
  #checkBlock({ position, bytes }: Handle): void {
    const end = position + bytes;
    if (end + TRAILER_BYTES > this.#footerAt) throw damaged(position, `a block of ${bytes} bytes`);
    if (position < this.#start) return;
    const [at, to] = [position - this.#start, end - this.#start];
    if (this.#bytes.readUInt32LE(to + 1) !== maskedCrc(this.#bytes, at, to + 1)) {
      throw damaged(position, `the block of ${bytes} bytes there has a bad CRC`);
    }
  }
}

function handleOf(fields: Fields): Handle {
  return { position: fields.integer(), bytes: fields.integer() };
}

function damaged(at: number, what: string): CorruptionError {
  return new CorruptionError(`byte ${at}: ${what}`);
}
