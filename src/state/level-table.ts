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

/**
 * Checks every byte of a table: LevelDB does not when it reads, hands out what it finds, and ends the process over some
 * indexes that make no sense.
 * @throws CorruptionError saying what is wrong, and at which byte.
 */
export function checkTable(table: Buffer): void {
  if (table.length < FOOTER_BYTES) throw new CorruptionError(`${table.length} bytes are no table`);
  const footerAt = table.length - FOOTER_BYTES;
  if (!table.subarray(-MAGIC.length).equals(MAGIC)) {
    throw new CorruptionError(`byte ${table.length - MAGIC.length}: not the end of a table`);
  }
  const footer = new Fields(table.subarray(footerAt));
  const metaIndex = handleOf(footer);
  const index = handleOf(footer);
  for (const handle of blocksOf(table, metaIndex)) checkBlock(table, handle);
  let end = 0;
  for (const handle of blocksOf(table, index)) {
    if (handle.position !== end) throw damaged(end, 'no block of the index');
    checkBlock(table, handle);
    end = handle.position + handle.bytes + TRAILER_BYTES;
  }
}

/** The blocks that an index block names, which is checked first. */
function blocksOf(table: Buffer, handle: Handle): Handle[] {
  checkBlock(table, handle);
  const end = handle.position + handle.bytes;
  const stored = table.subarray(handle.position, end);
  const type = table[end];
  if (type !== PLAIN && type !== SNAPPY) throw damaged(end, `a block of type ${type}`);
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

function checkBlock(table: Buffer, { position, bytes }: Handle): void {
  const end = position + bytes;
  if (end + TRAILER_BYTES > table.length - FOOTER_BYTES) {
    throw damaged(position, `a block of ${bytes} bytes`);
  }
  if (table.readUInt32LE(end + 1) !== maskedCrc(table, position, end + 1)) {
    throw damaged(position, `the block of ${bytes} bytes there has a bad CRC`);
  }
}

function handleOf(fields: Fields): Handle {
  return { position: fields.integer(), bytes: fields.integer() };
}

function damaged(at: number, what: string): CorruptionError {
  return new CorruptionError(`byte ${at}: ${what}`);
}
