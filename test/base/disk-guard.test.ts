import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DiskGuard } from '../../src/base/disk-guard.ts';
import { nodeEnv } from '../../src/base/env-node.ts';
import { silentLogger } from '../../src/base/logger.ts';

const GIB = 2 ** 30;
let directory: string;
let freeBytes: number;
let rooms: number;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-guard-'));
  freeBytes = 10 * GIB;
  rooms = 0;
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

function guardOf(options: { reserveBytes?: number; ballastBytes?: number } = {}): DiskGuard {
  const real = nodeEnv();
  const files = { ...real.files, space: async () => ({ freeBytes, totalBytes: 100 * GIB }) };
  const env = { ...real, files };
  return new DiskGuard({ env, logger: silentLogger, directory, onRoom: () => rooms++, ...options });
}

test('refuses below 5 % of a large disk, and goes on only with a good deal more', async () => {
  const guard = guardOf();
  await guard.check();
  guard.demandRoom();
  freeBytes = 5 * GIB - 1;
  await guard.check();
  expect(() => guard.demandRoom()).toThrow(expect.objectContaining({ code: 'DISK_FULL' }));
  freeBytes = 5.9 * GIB;
  await guard.check();
  expect(guard.isFull).toBe(true);
  freeBytes = 6 * GIB;
  await guard.check();
  expect(guard.isFull).toBe(false);
  expect(rooms).toBe(1);
});

test('gives its ballast up when the disk is full and takes it back when there is room', async () => {
  const guard = guardOf({ reserveBytes: GIB, ballastBytes: 3 << 20 });
  const ballast = join(directory, 'ballast');
  await guard.check();
  const { size, blocks } = await stat(ballast);
  expect(size).toBe(3 << 20);
  expect(blocks * 512).toBeGreaterThanOrEqual(3 << 20);
  freeBytes = GIB - 1;
  await guard.check();
  await expect(stat(ballast)).rejects.toMatchObject({ code: 'ENOENT' });
  freeBytes = 2 * GIB;
  await guard.check();
  expect((await stat(ballast)).size).toBe(3 << 20);
});

test('whoever finds no room waits, whatever the disk says of itself, until there is or all stops', async () => {
  const guard = guardOf({ reserveBytes: GIB, ballastBytes: 1 << 20 });
  const ballast = join(directory, 'ballast');
  await guard.check();
  const waiting = guard.waitForRoom();
  expect(() => guard.demandRoom()).toThrow(expect.objectContaining({ code: 'DISK_FULL' }));
  expect(await waiting).toBe(true);
  await expect(stat(ballast)).rejects.toMatchObject({ code: 'ENOENT' });
  await guard.check();
  guard.demandRoom();
  expect(rooms).toBe(1);
  const last = guard.waitForRoom();
  await guard.stop();
  expect(await last).toBe(false);
  expect(await guard.waitForRoom()).toBe(false);
});

test('no half of a ballast is left when there is no room for it', async () => {
  const real = nodeEnv();
  const full = Object.assign(new Error('full'), { code: 'ENOSPC' });
  const files: typeof real.files = {
    ...real.files,
    space: async () => ({ freeBytes, totalBytes: 100 * GIB }),
    open: async (path, mode) => {
      const file = await real.files.open(path, mode);
      return {
        path,
        write: () => Promise.reject(full),
        close: () => file.close(),
      } as unknown as typeof file;
    },
  };
  const env = { ...real, files };
  const options = { env, logger: silentLogger, directory, onRoom() {}, ballastBytes: 1 << 20 };
  await expect(new DiskGuard(options).check()).rejects.toBe(full);
  await expect(stat(join(directory, 'ballast'))).rejects.toMatchObject({ code: 'ENOENT' });
});
