import { expect, test } from 'vitest';
import type { File } from '../../../src/base/env.ts';
import { ReadsAhead } from '../../../src/log/embedded/reads-ahead.ts';

/** A file of ten bytes, 0 to 9. */
class TenBytes implements Partial<File> {
  reads = 0;
  isClosed = false;
  readonly #error: Error | null;

  constructor(error: Error | null = null) {
    this.#error = error;
  }

  async read(target: Uint8Array, position: number): Promise<number> {
    this.reads++;
    if (this.#error !== null) throw this.#error;
    const count = Math.max(0, Math.min(target.length, 10 - position));
    for (let i = 0; i < count; i++) target[i] = position + i;
    return count;
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}

const chunkAt = (file: TenBytes, position: number, bytes = 4) => {
  return { file: file as unknown as File, position, known: Buffer.alloc(0), bytes };
};

test('hands out what was read for the position asked for, with the open file', async () => {
  const reads = new ReadsAhead();
  const file = new TenBytes();
  const owner = {};
  reads.start(owner, { ...chunkAt(file, 3), known: Buffer.from([3]) });
  const taken = await reads.take(owner, 3);
  expect([...taken!.chunk!]).toEqual([3, 4, 5, 6]);
  expect(file.isClosed).toBe(false);
  expect(await reads.take(owner, 3)).toBeNull();
});

test('has nothing for another position or owner', async () => {
  const reads = new ReadsAhead();
  const owner = {};
  reads.start(owner, chunkAt(new TenBytes(), 3));
  expect(await reads.take(owner, 4)).toBeNull();
  expect(await reads.take({}, 3)).toBeNull();
});

test.each([
  ['a read that fails', new TenBytes(new Error('EIO')), 3],
  ['a file that is too short', new TenBytes(), 8],
])('after %s it is read again', async (_, file, position) => {
  const reads = new ReadsAhead();
  const owner = {};
  reads.start(owner, chunkAt(file, position));
  expect(await reads.take(owner, position)).toMatchObject({ chunk: null });
});

test('keeps four chunks, drops the oldest and closes its file', async () => {
  const reads = new ReadsAhead();
  const files = Array.from({ length: 5 }, () => new TenBytes());
  const owners = files.map(() => ({}));
  for (const [i, file] of files.entries()) reads.start(owners[i]!, chunkAt(file, 0));
  await reads.closed();
  expect(files.map(({ isClosed }) => isClosed)).toEqual([true, false, false, false, false]);
});

test('a chunk that is forgotten is gone and its file closed', async () => {
  const reads = new ReadsAhead();
  const file = new TenBytes();
  const owner = {};
  reads.start(owner, chunkAt(file, 0));
  reads.forget(owner);
  await reads.closed();
  expect(file.isClosed).toBe(true);
  expect(await reads.take(owner, 0)).toBeNull();
});
