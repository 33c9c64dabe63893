import type { File } from '../../base/env.ts';

/** Chunks over all partitions; each is as large as the reads of its reader, usually a MiB at most. */
const COUNT_MAX = 4;

/** What a reader that goes on will ask for. */
export interface ReadAhead {
  /** Open; closed with the chunk unless somebody takes both. */
  readonly file: File;
  /** Where the chunk begins. */
  readonly position: number;
  /** The first bytes of the chunk, which are in memory already. */
  readonly known: Uint8Array;
  /** Of the whole chunk; the file has them. */
  readonly bytes: number;
}

interface Entry {
  readonly file: File;
  readonly position: number;
  /** Null when it could not be read: whoever wants it reads again and meets the error. */
  readonly chunk: Promise<Buffer | null>;
}

/**
 * Reads on while what was read is being used: the next chunk of a segment that is read from front to end. Bounded: the
 * oldest chunk is dropped.
 */
export class ReadsAhead {
  readonly #entries = new Map<object, Entry>();
  readonly #closing = new Set<Promise<void>>();

  /** Begins to read the next chunk of the owner, of which there is one at a time. */
  start(owner: object, { file, position, known, bytes }: ReadAhead): void {
    this.forget(owner);
    const chunk = Buffer.allocUnsafe(bytes);
    chunk.set(known.subarray(0, bytes));
    const read = file.read(chunk.subarray(known.length), position + known.length).then(
      (bytesRead) => (known.length + bytesRead === bytes ? chunk : null),
      () => null,
    );
    this.#entries.set(owner, { file, position, chunk: read });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= COUNT_MAX) return;
      this.forget(oldest);
    }
  }

  /** The chunk of the owner if it begins at the position, with its file, which the caller closes. */
  async take(
    owner: object,
    position: number,
  ): Promise<{ readonly file: File; readonly chunk: Buffer | null } | null> {
    const entry = this.#entries.get(owner);
    if (entry === undefined || entry.position !== position) return null;
    this.#entries.delete(owner);
    return { file: entry.file, chunk: await entry.chunk };
  }

  /** Drops what was read for the owner. */
  forget(owner: object): void {
    const entry = this.#entries.get(owner);
    if (entry === undefined) return;
    this.#entries.delete(owner);
    const closing = entry.chunk
      .then(() => entry.file.close())
      .catch(() => undefined)
      .finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  /** Resolves when every file of dropped chunks is closed. */
  async closed(): Promise<void> {
    await Promise.all(this.#closing);
  }
}
