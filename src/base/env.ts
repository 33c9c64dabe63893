/**
 * The outside world as the engine sees it: time, randomness, files. Everything below `database.ts`
 * takes these through its constructor, so that a test can run the engine on a virtual clock and, later,
 * on simulated disks. Operators get none of it at all.
 */
export interface Env {
  readonly clock: Clock;
  readonly random: Random;
  readonly files: FileSystem;
}

export interface Clock {
  /** Wall clock, milliseconds since the epoch, an integer. May jump in either direction. */
  now(): number;
  /** Milliseconds from an arbitrary start, fractional; never goes backwards. For measuring intervals. */
  monotonic(): number;
  /** Calls `callback` once after `delayMs`; the returned function cancels it. */
  after(delayMs: number, callback: () => void): () => void;
  /** Lets other work of the process run (input, timers) and comes back as soon as possible. */
  yield(): Promise<void>;
}

export interface Random {
  /** A non-negative integer below 2^48. */
  integer(): number;
  /** A random (version 4) UUID. */
  uuid(): string;
}

/** Files by absolute path. All errors are Node's (`code` ENOENT, ENOSPC, EIO, ...). */
export interface FileSystem {
  /** Creates the directory and its missing parents (mode 0700); fine if it exists. */
  makeDirectory(path: string): Promise<void>;
  /** Names of the entries, sorted; throws ENOENT if the directory is missing. */
  list(path: string): Promise<string[]>;
  exists(path: string): Promise<boolean>;
  open(path: string, mode: 'read' | 'readWrite' | 'create'): Promise<File>;
  /** The whole file. */
  readFile(path: string): Promise<Buffer>;
  /** Atomic: temporary file, fsync, rename, fsync of the directory. */
  replaceFile(path: string, bytes: Uint8Array): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Gives a file that does not change any more a second name; a synced copy where the file system has no such names. */
  link(from: string, to: string): Promise<void>;
  /** Removes a file or a whole directory tree; fine if it is missing. */
  remove(path: string): Promise<void>;
  /** Room on the disk that holds the path, as far as this user may take it. */
  space(path: string): Promise<{ readonly freeBytes: number; readonly totalBytes: number }>;
  /** Name of the network file system that holds the path; null for a local one, or where that cannot be told. */
  networkKind(path: string): Promise<string | null>;
  /**
   * A mark of the names in the directory, at once: as long as it stays the same none was added, renamed or removed. Null when
   * that cannot be told, as right after a change.
   */
  namesMark(path: string): number | null;
  /** Makes creations, renames and removals inside the directory durable. */
  syncDirectory(path: string): Promise<void>;
}

/** An open file. `create` opened it empty or as it was, for reading and writing, mode 0600. */
export interface File {
  readonly path: string;
  size(): Promise<number>;
  /** Writes all the bytes at the position (loops over short writes) or throws. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Like `write` for several buffers laid end to end. */
  writeAll(buffers: readonly Uint8Array[], position: number): Promise<void>;
  /** Fills `target` from the position as far as the file goes; returns the bytes read. */
  read(target: Uint8Array, position: number): Promise<number>;
  truncate(size: number): Promise<void>;
  /** fdatasync: the data and the size are on disk when this resolves. */
  sync(): Promise<void>;
  close(): Promise<void>;
}
