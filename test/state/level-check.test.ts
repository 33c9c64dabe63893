import { copyFile, cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nodeEnv } from '../../src/base/env-node.ts';
import { checkLevelFiles } from '../../src/state/level-check.ts';
import { openLevelStore } from '../../src/state/level-store.ts';

const { files } = nodeEnv();
let root: string;
let directory: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'millrace-level-check-'));
  directory = join(root, 'state');
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

/** A store of several tables on several levels, as a kill leaves it. */
async function makeStore(count = 20_000): Promise<void> {
  const live = join(root, 'live');
  const level = new ClassicLevel(live, { writeBufferSize: 128 << 10, maxFileSize: 64 << 10 });
  await level.open();
  for (let at = 0; at < count; at += 500) {
    const batch = level.batch();
    for (let i = at; i < at + 500; i++) {
      const noise = createHash('sha512').update(String(i)).digest('base64');
      batch.put(`key${(i * 7919) % count}`, noise.repeat(2) + noise.slice(0, i % 88));
    }
    await batch.write({ sync: true });
  }
  await level.compactRange('key1', 'key2');
  await cp(live, directory, { recursive: true });
  await level.close();
}

async function tables(): Promise<string[]> {
  return (await readdir(directory)).filter((name) => name.endsWith('.ldb'));
}

/** Every byte. */
async function check(): Promise<void> {
  expect(await checkLevelFiles(directory, files)).toEqual([]);
}

test('a sound store of many tables passes', async () => {
  await makeStore();
  expect((await tables()).length).toBeGreaterThan(1);
  await check();
});

test('a directory without a store passes, and so does an empty store', async () => {
  await files.makeDirectory(directory);
  await check();
  await (await openLevelStore({ directory, files })).close();
  await check();
});

test('files that belong to no store do not matter', async () => {
  await makeStore();
  await writeFile(join(directory, '999999.ldb'), 'half a table');
  await writeFile(join(directory, '.DS_Store'), '');
  await check();
});

describe('damage', () => {
  test('of any byte of a table is found', async () => {
    await makeStore(5_000);
    for (const name of (await tables()).slice(0, 2)) {
      const path = join(directory, name);
      const bytes = await readFile(path);
      // Every block is hit, and all of what is not data: index, filter, footer.
      const positions = new Set<number>();
      for (let at = 0; at < bytes.length; at += 9_973) positions.add(at);
      for (let at = Math.max(0, bytes.length - 120); at < bytes.length; at++) positions.add(at);
      for (const at of positions) {
        const damaged = Buffer.from(bytes);
        damaged[at] = damaged[at]! ^ (1 << (at & 7));
        await writeFile(path, damaged);
        const found = await check().then(
          () => null,
          (error: unknown) => error,
        );
        if (found === null) {
          // What fills up the footer means nothing, nor does a last byte that says that a zero follows.
          const isFooter = at >= bytes.length - 48 && at < bytes.length - 8;
          const isFilling = isFooter && (bytes[at] === 0 || bytes[at + 1] === 0);
          expect({ name, at, isFilling }).toEqual({ name, at, isFilling: true });
        } else {
          expect(found).toMatchObject({ code: 'CORRUPT' });
          expect((found as Error).message).toContain(name);
        }
      }
      await writeFile(path, bytes);
    }
    await check();
  }, 60_000);

  test.each([
    ['is missing', (path: string) => rm(path), /\.ldb is missing/],
    ['is empty', (path: string) => writeFile(path, ''), /has 0 bytes, \d+ were written/],
    [
      'is another one',
      async (path: string) => {
        const other = (await tables()).find((name) => !path.endsWith(name))!;
        await copyFile(join(directory, other), path);
      },
      /bytes, \d+ were written/,
    ],
  ])('a table that %s is named', async (_, damage, message) => {
    await makeStore();
    // Of those that belong to the store.
    const path = join(directory, (await tables()).at(-1)!);
    await damage(path);
    const refusal = { code: 'CORRUPT', message: expect.stringMatching(message) };
    await expect(check()).rejects.toMatchObject(refusal);
    await expect(openLevelStore({ directory, files })).rejects.toMatchObject(refusal);
  });

  test('of the manifest is found wherever it is, unless its end was cut off', async () => {
    await makeStore(5_000);
    const name = (await readdir(directory)).find((entry) => entry.startsWith('MANIFEST'))!;
    const path = join(directory, name);
    const bytes = await readFile(path);
    for (let at = 0; at < bytes.length; at += 5) {
      const damaged = Buffer.from(bytes);
      damaged[at] = damaged[at]! ^ 0x10;
      await writeFile(path, damaged);
      await expect(check(), `byte ${at}`).rejects.toMatchObject({ code: 'CORRUPT' });
    }
    await writeFile(path, bytes.subarray(0, 30).fill(0));
    await expect(check()).resolves.toBeUndefined();
  });

  test('a store without CURRENT, or with one that names nothing, is not taken for a new one', async () => {
    await makeStore();
    const current = join(directory, 'CURRENT');
    await writeFile(current, 'MANIFEST-999999\n');
    await expect(check()).rejects.toMatchObject({ message: expect.stringMatching(/is missing/) });
    await writeFile(current, '');
    await expect(check()).rejects.toMatchObject({ message: expect.stringMatching(/names no/) });
    const before = await readdir(directory);
    await rm(current);
    await expect(openLevelStore({ directory, files })).rejects.toMatchObject({
      code: 'CORRUPT',
      message: expect.stringMatching(/CURRENT is missing, .* is there/),
    });
    expect(await readdir(directory)).toEqual(before.filter((name) => name !== 'CURRENT'));
  });
});

describe('of a large store', () => {
  /** Everything counts as large. */
  const options = { wholeBytesMax: 0 };

  test('only the indexes are checked before it is opened', async () => {
    await makeStore();
    const sound = await checkLevelFiles(directory, files, options);
    expect(sound.length).toBeGreaterThan(1);
    const path = join(directory, `00000${sound[0]!.number}`.slice(-6) + '.ldb');
    await flip(path, 100);
    await checkLevelFiles(directory, files, options);
    await flip(path, -60);
    await expect(checkLevelFiles(directory, files, options)).rejects.toMatchObject({
      code: 'CORRUPT',
    });
  });

  test('damage to its data is told while it is in use', async () => {
    await makeStore();
    const [table] = await checkLevelFiles(directory, files, options);
    await flip(join(directory, `00000${table!.number}`.slice(-6) + '.ldb'), 100);
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const store = await openLevelStore({ directory, files, ...options, onDamage: resolve });
    expect(await promise).toMatchObject({
      code: 'CORRUPT',
      message: expect.stringMatching(/\.ldb, byte 0: the block of \d+ bytes there has a bad CRC/),
    });
    await store.close();
  });
});

/** One bit of the byte at that place, from the end if it is negative. */
async function flip(path: string, at: number): Promise<void> {
  const bytes = await readFile(path);
  const index = at < 0 ? bytes.length + at : at;
  bytes[index] = bytes[index]! ^ 1;
  await writeFile(path, bytes);
}

test('while another process changes the files, damage is not what is said', async () => {
  await makeStore();
  const path = join(directory, (await tables()).at(-1)!);
  const table = await readFile(path);
  await rm(path);
  let reads = 0;
  // The table comes back with a manifest that differs.
  const changing = {
    ...files,
    readFile: async (name: string) => {
      const content = await files.readFile(name);
      if (!name.includes('MANIFEST')) return content;
      if (++reads === 2) await writeFile(path, table);
      return Buffer.concat([content, Buffer.alloc(reads)]);
    },
  };
  await checkLevelFiles(directory, changing);
  expect(reads).toBe(2);
});
