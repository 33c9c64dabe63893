import type { File, FileSystem } from '../../src/base/env.ts';
import { SeededRandom } from './random.ts';

/** What goes wrong with one operation. */
export interface Fault {
  /** Which operation of the disk's life it is, counted from 1. */
  readonly at: number;
  /** With `once` only that operation fails, with `always` every one from there on. */
  readonly lasts: 'once' | 'always';
  /** ENOSPC spares reads, syncs, removals and files that are cut. A write that fails has written the first half of its bytes. */
  readonly code: 'EIO' | 'ENOSPC';
}

/** What a power cut leaves of what was never synced: nothing, everything, or whatever the seed says. */
export type CrashLeaves = 'nothing' | 'everything' | 'some';

type Kind = 'read' | 'write' | 'sync' | 'remove';

const SECTOR_BYTES = 512;
/** It never says that it is full before a write fails. */
const DISK_BYTES = 2 ** 40;

/** One change of a file's content that no sync has covered yet. */
type PendingWrite =
  | { readonly kind: 'write'; readonly position: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly size: number };

/** A change of a directory that no sync has covered yet. Several names change together: a rename is atomic. */
interface PendingNames {
  /** Counts the changes of all directories. */
  readonly sequence: number;
  readonly names: readonly (readonly [name: string, node: FileNode | DirectoryNode | null])[];
}

class Content {
  bytes: Buffer = Buffer.alloc(0);

  apply(write: PendingWrite): void {
    if (write.kind === 'truncate') this.#resize(write.size);
    else {
      const end = write.position + write.bytes.length;
      if (end > this.bytes.length) this.#resize(end);
      write.bytes.copy(this.bytes, write.position);
    }
  }

  #resize(size: number): void {
    const resized = Buffer.alloc(size);
    this.bytes.copy(resized, 0, 0, Math.min(size, this.bytes.length));
    this.bytes = resized;
  }
}

class FileNode {
  /** What the running system sees: the page cache. */
  readonly seen = new Content();
  /** What is on the disk. */
  readonly durable = new Content();
  pending: PendingWrite[] = [];

  change(write: PendingWrite): void {
    this.seen.apply(write);
    this.pending.push(write);
  }

  sync(): void {
    for (const write of this.pending) this.durable.apply(write);
    this.pending = [];
  }

  /** After a failed fsync the system holds the pages for clean: what did not reach the disk never will. */
  failSync(random: SeededRandom): void {
    for (const write of this.pending) if (random.chance(0.5)) this.durable.apply(write);
    this.pending = [];
  }

  crash(leaves: CrashLeaves, random: SeededRandom): void {
    for (const write of this.pending) {
      const kept = keptOf(write, leaves, random);
      if (kept !== null) this.durable.apply(kept);
    }
    this.pending = [];
    this.seen.bytes = Buffer.from(this.durable.bytes);
  }
}

/** What is left of a write: all, nothing, or its first sectors. */
function keptOf(
  write: PendingWrite,
  leaves: CrashLeaves,
  random: SeededRandom,
): PendingWrite | null {
  if (leaves === 'nothing') return null;
  if (leaves === 'everything') return write;
  const draw = random.below(3);
  if (draw === 0) return null;
  if (draw === 1 || write.kind === 'truncate') return write;
  const torn = random.below(Math.ceil(write.bytes.length / SECTOR_BYTES) + 1) * SECTOR_BYTES;
  const length = random.chance(0.5) ? torn : random.below(write.bytes.length + 1);
  return { ...write, bytes: write.bytes.subarray(0, length) };
}

class DirectoryNode {
  readonly seen = new Map<string, FileNode | DirectoryNode>();
  readonly durable = new Map<string, FileNode | DirectoryNode>();
  pending: PendingNames[] = [];

  change(change: PendingNames): void {
    applyNames(this.seen, change);
    this.pending.push(change);
  }

  /** Returns the latest change that is durable now; -1 for none. */
  sync(): number {
    const last = this.pending.at(-1)?.sequence ?? -1;
    for (const change of this.pending) applyNames(this.durable, change);
    this.pending = [];
    return last;
  }

  crash(
    leaves: CrashLeaves,
    random: SeededRandom,
    keepsChange: (change: PendingNames) => boolean,
  ): void {
    for (const change of this.pending) {
      if (keepsChange(change)) applyNames(this.durable, change);
    }
    this.pending = [];
    this.seen.clear();
    for (const [name, node] of this.durable) {
      this.seen.set(name, node);
      node.crash(leaves, random, keepsChange);
    }
  }
}

function applyNames(map: Map<string, FileNode | DirectoryNode>, { names }: PendingNames): void {
  for (const [name, node] of names) {
    if (node === null) map.delete(name);
    else map.set(name, node);
  }
}

/**
 * A disk in memory that behaves the way POSIX allows a disk to behave: what is written is seen at once, and is safe
 * only after a sync of the file and of the directories that name it. Operations can be made to fail, and a crash
 * leaves any part of what was not synced: reordered, torn at sectors or anywhere, names without content and content
 * without names.
 */
export class SimulatedDisk {
  readonly files: FileSystem;
  readonly #root = new DirectoryNode();
  readonly #random: SeededRandom;
  readonly #names: 'any' | 'ordered';
  /** Number of the next change of a directory, and of the latest that is durable. */
  #sequence = 0;
  #durableSequence = -1;
  #operations = 0;
  #fault: Fault | null = null;
  #kill: { readonly at: number; onKill(): void } | null = null;
  #life = 0;

  /**
   * @param names which changes of directories a power cut leaves: any, as POSIX allows; or all up to some moment, as
   *   file systems with a journal do.
   */
  constructor(seed: number, { names = 'any' }: { names?: 'any' | 'ordered' } = {}) {
    this.#random = new SeededRandom(seed);
    this.#names = names;
    this.files = this.#fileSystem();
  }

  /** How many operations there were. */
  get operations(): number {
    return this.#operations;
  }

  failAt(fault: Fault): void {
    this.#fault = fault;
  }

  /** Kills the process as it begins that operation, counted from now on. */
  killAt(operation: number, onKill: () => void): void {
    this.#kill = { at: this.#operations + operation, onKill };
  }

  heal(): void {
    this.#fault = null;
    this.#kill = null;
  }

  /** The process is gone: its open files are dead, what the system saw stays. */
  killProcess(): void {
    this.#life++;
  }

  /** The power is gone as well. */
  cutPower(leaves: CrashLeaves): void {
    this.killProcess();
    this.#root.crash(leaves, this.#random, this.#keptChanges(leaves));
  }

  #keptChanges(leaves: CrashLeaves): (change: PendingNames) => boolean {
    if (leaves === 'everything') return () => true;
    const least = this.#names === 'ordered' ? this.#durableSequence : -1;
    if (leaves === 'nothing') return ({ sequence }) => sequence <= least;
    if (this.#names === 'any') return () => this.#random.chance(0.5);
    const last = least + this.#random.below(this.#sequence - least);
    return ({ sequence }) => sequence <= last;
  }

  #change(directory: DirectoryNode, names: PendingNames['names']): void {
    directory.change({ sequence: this.#sequence++, names });
  }

  #syncDirectory(directory: DirectoryNode): void {
    this.#durableSequence = Math.max(this.#durableSequence, directory.sync());
  }

  /** Flips one bit of a file where it lies. */
  flipBit(path: string, bit: number): void {
    const node = this.#file(path);
    for (const content of [node.seen, node.durable]) {
      const index = bit >> 3;
      if (index < content.bytes.length) {
        content.bytes[index] = (content.bytes[index] as number) ^ (1 << (bit & 7));
      }
    }
  }

  /** Paths of all files, as the running system sees them. */
  paths(): string[] {
    const found: string[] = [];
    const walk = (directory: DirectoryNode, path: string): void => {
      for (const [name, node] of directory.seen) {
        if (node instanceof FileNode) found.push(`${path}/${name}`);
        else walk(node, `${path}/${name}`);
      }
    };
    walk(this.#root, '');
    return found.sort();
  }

  /** Counts an operation and fails it if its turn has come. */
  #step(kind: Kind, path: string, life: number): void {
    if (life !== this.#life) throw failure('EBADF', `${kind} of ${path} by a process that is gone`);
    this.#operations++;
    if (this.#operations === this.#kill?.at) {
      this.killProcess();
      this.#kill.onKill();
      throw failure('EBADF', `${kind} of ${path}: the process was killed`);
    }
    const fault = this.#fault;
    if (fault === null) return;
    const due =
      fault.lasts === 'once' ? this.#operations === fault.at : this.#operations >= fault.at;
    if (!due || (fault.code === 'ENOSPC' && kind !== 'write')) return;
    throw failure(fault.code, `${kind} of ${path}`);
  }

  #node(path: string): FileNode | DirectoryNode {
    let node: FileNode | DirectoryNode = this.#root;
    for (const name of namesOf(path)) {
      const next: FileNode | DirectoryNode | undefined =
        node instanceof DirectoryNode ? node.seen.get(name) : undefined;
      if (next === undefined) throw failure('ENOENT', path);
      node = next;
    }
    return node;
  }

  #file(path: string): FileNode {
    const node = this.#node(path);
    if (node instanceof FileNode) return node;
    throw failure('EISDIR', path);
  }

  #directory(path: string): DirectoryNode {
    const node = this.#node(path);
    if (node instanceof DirectoryNode) return node;
    throw failure('ENOTDIR', path);
  }

  #parent(path: string): { parent: DirectoryNode; name: string } {
    const names = namesOf(path);
    const name = names.pop() ?? '';
    return { parent: this.#directory(names.join('/')), name };
  }

  #makeDirectory(path: string): void {
    let node = this.#root;
    for (const name of namesOf(path)) {
      let next = node.seen.get(name);
      if (next === undefined) {
        next = new DirectoryNode();
        this.#change(node, [[name, next]]);
      }
      if (!(next instanceof DirectoryNode)) throw failure('ENOTDIR', path);
      node = next;
    }
  }

  #open(path: string, mode: 'read' | 'readWrite' | 'create'): FileNode {
    const { parent, name } = this.#parent(path);
    const found = parent.seen.get(name);
    if (found instanceof DirectoryNode) throw failure('EISDIR', path);
    if (found !== undefined) return found;
    if (mode !== 'create') throw failure('ENOENT', path);
    const node = new FileNode();
    this.#change(parent, [[name, node]]);
    return node;
  }

  #rename(from: string, to: string): void {
    const source = this.#parent(from);
    const target = this.#parent(to);
    const node = source.parent.seen.get(source.name);
    if (node === undefined) throw failure('ENOENT', from);
    if (source.parent === target.parent) {
      this.#change(source.parent, [
        [target.name, node],
        [source.name, null],
      ]);
      return;
    }
    this.#change(target.parent, [[target.name, node]]);
    this.#change(source.parent, [[source.name, null]]);
  }

  #fileSystem(): FileSystem {
    const step = (kind: Kind, path: string): void => this.#step(kind, path, this.#life);
    return {
      makeDirectory: async (path) => {
        step('write', path);
        this.#makeDirectory(path);
      },
      list: async (path) => {
        step('read', path);
        return [...this.#directory(path).seen.keys()].sort();
      },
      exists: async (path) => {
        step('read', path);
        return this.#exists(path);
      },
      open: async (path, mode) => {
        step(mode === 'create' && !this.#exists(path) ? 'write' : 'read', path);
        return this.#openFile(path, this.#open(path, mode));
      },
      readFile: async (path) => {
        step('read', path);
        return Buffer.from(this.#file(path).seen.bytes);
      },
      replaceFile: async (path, bytes) => {
        const temporary = `${path}.tmp`;
        step('write', temporary);
        const node = this.#open(temporary, 'create');
        node.change({ kind: 'truncate', size: 0 });
        node.change({ kind: 'write', position: 0, bytes: Buffer.from(bytes) });
        this.#sync(temporary, node, this.#life);
        step('write', path);
        this.#rename(temporary, path);
        step('sync', path);
        this.#syncDirectory(this.#parent(path).parent);
      },
      rename: async (from, to) => {
        step('write', from);
        this.#rename(from, to);
      },
      link: async (from, to) => {
        step('write', to);
        const { parent, name } = this.#parent(to);
        this.#change(parent, [[name, this.#file(from)]]);
      },
      remove: async (path) => {
        step('remove', path);
        if (!this.#exists(path)) return;
        const { parent, name } = this.#parent(path);
        this.#change(parent, [[name, null]]);
      },
      networkKind: async () => null,
      // Never sure: then the names themselves are looked at.
      namesMark: () => null,
      space: async () => ({ freeBytes: DISK_BYTES, totalBytes: DISK_BYTES }),
      syncDirectory: async (path) => {
        step('sync', path);
        this.#syncDirectory(this.#directory(path));
      },
    };
  }

  #exists(path: string): boolean {
    try {
      this.#node(path);
      return true;
    } catch {
      return false;
    }
  }

  #sync(path: string, node: FileNode, life: number): void {
    try {
      this.#step('sync', path, life);
    } catch (error) {
      if (life === this.#life) node.failSync(this.#random);
      throw error;
    }
    node.sync();
  }

  #write(path: string, node: FileNode, life: number, position: number, bytes: Buffer): void {
    try {
      this.#step('write', path, life);
    } catch (error) {
      const half = bytes.subarray(0, bytes.length >> 1);
      if (life === this.#life) node.change({ kind: 'write', position, bytes: half });
      throw error;
    }
    node.change({ kind: 'write', position, bytes });
  }

  #openFile(path: string, node: FileNode): File {
    const life = this.#life;
    return {
      path,
      size: async () => {
        this.#step('read', path, life);
        return node.seen.bytes.length;
      },
      write: async (bytes, position) => this.#write(path, node, life, position, Buffer.from(bytes)),
      writeAll: async (buffers, position) =>
        this.#write(path, node, life, position, Buffer.concat(buffers)),
      read: async (target, position) => {
        this.#step('read', path, life);
        const { bytes } = node.seen;
        const slice = bytes.subarray(position, position + target.byteLength);
        target.set(slice);
        return slice.length;
      },
      truncate: async (size) => {
        this.#step(size > node.seen.bytes.length ? 'write' : 'remove', path, life);
        node.change({ kind: 'truncate', size });
      },
      sync: async () => this.#sync(path, node, life),
      close: async () => {},
    };
  }
}

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '');
}

function failure(code: string, what: string): Error {
  return Object.assign(new Error(`${code}: simulated, ${what}`), { code });
}
