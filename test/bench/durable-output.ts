import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { ClassicLevel } from 'classic-level';

const OUTPUT_BYTES_MAX = 1 << 20;
const CHECKSUM_BYTES = 4;

/**
 * What a hand-written loop needs at the least to be durable: output with a checksum in a segment file, changed state
 * and the checksum of its input in one batch of a key-value store. Nothing is synced to the disk.
 *
 * It is made as fast as such code gets: Node's native checksum, synchronous appends, a chained batch.
 */
export class DurableOutput {
  readonly #segment: number;
  readonly #store: ClassicLevel;
  readonly #output = Buffer.allocUnsafe(OUTPUT_BYTES_MAX);
  #length = CHECKSUM_BYTES;
  #batch: ReturnType<ClassicLevel['batch']>;

  private constructor(segment: number, store: ClassicLevel) {
    this.#segment = segment;
    this.#store = store;
    this.#batch = store.batch();
  }

  /** Creates segment and store in a directory that exists. */
  static async open(directory: string): Promise<DurableOutput> {
    const store = new ClassicLevel(join(directory, 'state'));
    await store.open();
    return new DurableOutput(openSync(join(directory, 'output.log'), 'w'), store);
  }

  /** Adds a record of ASCII text to the output. The records of one batch fit into 1 MiB. */
  write(text: string): void {
    this.#length += this.#output.write(text, this.#length, 'latin1');
  }

  /** Adds changed state. */
  put(key: string, value: string): void {
    this.#batch.put(key, value);
  }

  /**
   * Writes what was added since the last commit.
   * @param input the bytes it was made from.
   */
  async commit(input: Uint8Array, position: number): Promise<void> {
    const output = this.#output.subarray(0, this.#length);
    output.writeUInt32BE(crc32(output.subarray(CHECKSUM_BYTES)), 0);
    writeSync(this.#segment, output);
    this.#length = CHECKSUM_BYTES;
    this.#batch.put('input', `${position} ${crc32(input)}`);
    await this.#batch.write();
    this.#batch = this.#store.batch();
  }

  async close(): Promise<void> {
    closeSync(this.#segment);
    await this.#batch.close();
    await this.#store.close();
  }
}
