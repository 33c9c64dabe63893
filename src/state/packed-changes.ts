// Hot path: once per changed key of a tick.
import { ByteWriter } from '../base/byte-writer.ts';
import type { StoreChange } from './store.ts';
import { CHECK_BYTES, writeCheck } from './value-check.ts';

/** Bytes of one slab; a new one begins when it is full, so that nothing is ever copied. */
const SLAB_BYTES = 256 * 1024;
const DELETED = 1;

interface Slab {
  readonly writer: ByteWriter;
  /** For each change: end of its key, end of its value and the check behind that, whether it deletes. */
  readonly marks: number[];
}

/**
 * Changes laid end to end in a few large buffers. A tick may hold 100,000 of them until it is committed: as objects of
 * their own they would all survive into the old generation and be most of the garbage collector's work. Behind each value
 * stands its check, so that a store that keeps one need not copy the value.
 */
export class PackedChanges implements Iterable<StoreChange> {
  readonly #slabs: Slab[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Where the next change is to be written: first the key, then `endKey`, then the value, then `end`. */
  begin(): ByteWriter {
    const slab = this.#slabs.at(-1);
    if (slab !== undefined && slab.writer.length < SLAB_BYTES) return slab.writer;
    const writer = new ByteWriter(SLAB_BYTES + SLAB_BYTES / 8);
    this.#slabs.push({ writer, marks: [] });
    return writer;
  }

  /** The key is written. */
  endKey(): void {
    const { writer, marks } = this.#slabs.at(-1) as Slab;
    marks.push(writer.length);
  }

  /** The value is written, or `deletes` and there is none. */
  end(deletes: boolean): void {
    const { writer, marks } = this.#slabs.at(-1) as Slab;
    const keyStart = marks.length > 1 ? (marks[marks.length - 3] as number) : 0;
    if (!deletes) writeCheck(writer, { keyStart, keyEnd: marks[marks.length - 1] as number });
    marks.push(writer.length, deletes ? DELETED : 0);
    this.#count++;
  }

  /** Adds one change from bytes. */
  put(key: Uint8Array, value: Uint8Array): void {
    const writer = this.begin();
    writer.writeBytes(key);
    this.endKey();
    writer.writeBytes(value);
    this.end(false);
  }

  *[Symbol.iterator](): Generator<StoreChange> {
    for (const { writer, marks } of this.#slabs) {
      const bytes = writer.buffer;
      let start = 0;
      for (let i = 0; i < marks.length; i += 3) {
        const keyEnd = marks[i] as number;
        const end = marks[i + 1] as number;
        const key = bytes.subarray(start, keyEnd);
        const isDeleted = marks[i + 2] === DELETED;
        yield [key, isDeleted ? null : bytes.subarray(keyEnd, end - CHECK_BYTES)];
        start = end;
      }
    }
  }

  /**
   * Calls `visit` for each change, in order.
   * @param visit takes the key and the value with its check, which share the memory of the changes; null for a deletion.
   */
  visitChecked(visit: (key: Uint8Array, checkedValue: Uint8Array | null) => void): void {
    for (const { writer, marks } of this.#slabs) {
      const { buffer, byteOffset } = writer.buffer;
      let start = 0;
      for (let i = 0; i < marks.length; i += 3) {
        const keyEnd = marks[i] as number;
        const end = marks[i + 1] as number;
        // Not `subarray`, which takes several times as long.
        const key = new Uint8Array(buffer, byteOffset + start, keyEnd - start);
        const isDeleted = marks[i + 2] === DELETED;
        visit(key, isDeleted ? null : new Uint8Array(buffer, byteOffset + keyEnd, end - keyEnd));
        start = end;
      }
    }
  }
}
