import { describe, expect, test } from 'vitest';
import { SimulatedDisk } from './simulated-disk.ts';

async function written(disk: SimulatedDisk, path: string, text: string): Promise<void> {
  const file = await disk.files.open(path, 'create');
  await file.write(Buffer.from(text), 0);
}

async function contentOf(disk: SimulatedDisk, path: string): Promise<string | null> {
  return (await disk.files.exists(path)) ? (await disk.files.readFile(path)).toString() : null;
}

describe('a power cut', () => {
  test('takes what was never synced', async () => {
    const disk = new SimulatedDisk(1);
    await written(disk, '/a', 'text');
    disk.cutPower('nothing');
    expect(await contentOf(disk, '/a')).toBeNull();
  });

  test('takes a synced file whose name was not synced', async () => {
    const disk = new SimulatedDisk(1);
    const file = await disk.files.open('/a', 'create');
    await file.write(Buffer.from('text'), 0);
    await file.sync();
    disk.cutPower('nothing');
    expect(await contentOf(disk, '/a')).toBeNull();
  });

  test('leaves a synced name without the content that was not', async () => {
    const disk = new SimulatedDisk(1);
    await written(disk, '/a', 'text');
    await disk.files.syncDirectory('/');
    disk.cutPower('nothing');
    expect(await contentOf(disk, '/a')).toBe('');
  });

  test('leaves what a sync of file and directory covered', async () => {
    const disk = new SimulatedDisk(1);
    await disk.files.replaceFile('/a', Buffer.from('text'));
    await written(disk, '/a', 'TEXT');
    disk.cutPower('nothing');
    expect(await contentOf(disk, '/a')).toBe('text');
  });

  test('may leave some writes and not others, also later ones, and parts of one', async () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 200; seed++) {
      const disk = new SimulatedDisk(seed);
      await disk.files.replaceFile('/a', Buffer.from('....'));
      const file = await disk.files.open('/a', 'readWrite');
      await file.write(Buffer.from('AA'), 0);
      await file.write(Buffer.from('BB'), 2);
      disk.cutPower('some');
      seen.add((await contentOf(disk, '/a')) ?? '');
    }
    expect([...seen].sort()).toEqual(
      ['....', '..B.', '..BB', 'A...', 'A.B.', 'A.BB', 'AA..', 'AAB.', 'AABB'].sort(),
    );
  });

  test('ends the files that were open', async () => {
    const disk = new SimulatedDisk(1);
    const file = await disk.files.open('/a', 'create');
    disk.cutPower('everything');
    await expect(file.write(Buffer.from('x'), 0)).rejects.toMatchObject({ code: 'EBADF' });
  });
});

describe('a fault', () => {
  test('fails the operation whose turn it is and leaves half of a write', async () => {
    const disk = new SimulatedDisk(1);
    const file = await disk.files.open('/a', 'create');
    disk.failAt({ at: 2, lasts: 'once', code: 'ENOSPC' });
    await expect(file.write(Buffer.from('1234'), 0)).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(await contentOf(disk, '/a')).toBe('12');
    await file.write(Buffer.from('1234'), 0);
    expect(await contentOf(disk, '/a')).toBe('1234');
  });

  test('that lasts fails all writes, but not reads, of a full disk', async () => {
    const disk = new SimulatedDisk(1);
    await written(disk, '/a', 'text');
    disk.failAt({ at: 1, lasts: 'always', code: 'ENOSPC' });
    await expect(written(disk, '/b', 'x')).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(await contentOf(disk, '/a')).toBe('text');
  });

  test('of a sync may lose for good what it should have covered', async () => {
    const outcomes = new Set<string | null>();
    for (let seed = 0; seed < 20; seed++) {
      const disk = new SimulatedDisk(seed);
      await disk.files.replaceFile('/a', Buffer.from('old'));
      const file = await disk.files.open('/a', 'readWrite');
      await file.write(Buffer.from('new'), 0);
      disk.failAt({ at: disk.operations + 1, lasts: 'once', code: 'EIO' });
      await expect(file.sync()).rejects.toMatchObject({ code: 'EIO' });
      expect(await contentOf(disk, '/a')).toBe('new');
      await file.sync();
      disk.cutPower('everything');
      outcomes.add(await contentOf(disk, '/a'));
    }
    expect([...outcomes].sort()).toEqual(['new', 'old']);
  });
});
