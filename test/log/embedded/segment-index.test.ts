import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nodeEnv } from '../../../src/base/env-node.ts';
import { setBaseOffset } from '../../../src/log/record-batch.ts';
import { SegmentIndex } from '../../../src/log/embedded/segment-index.ts';
import { batchOf } from '../batches.ts';

const { files } = nodeEnv();

describe('SegmentIndex', () => {
  let directory: string;
  let paths: { offsets: string; times: string };

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'millrace-index-'));
    paths = { offsets: join(directory, 'x.index'), times: join(directory, 'x.timeindex') };
  });

  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  test('makes an entry for the first batch 4 KiB behind the last one', () => {
    const index = filled();
    expect(index.entryCount).toBe(3);
    expect(index.floor(100)).toEqual({ offset: 100, position: 0 });
    expect(index.floor(107)).toEqual({ offset: 100, position: 0 });
    expect(index.floor(110)).toEqual({ offset: 110, position: 5000 });
    expect(index.floor(129)).toEqual({ offset: 120, position: 10_000 });
    expect(index.floor(Infinity)).toEqual({ offset: 130, position: 15_000 });
  });

  test('finds where all earlier timestamps are smaller', () => {
    const index = filled();
    expect(index.floorOfTime(1000)).toBeNull();
    expect(index.floorOfTime(2000)).toBeNull();
    expect(index.floorOfTime(2001)).toEqual({ offset: 110, timestamp: 2000 });
    expect(index.floorOfTime(9000)).toEqual({ offset: 130, timestamp: 4000 });
  });

  test('writes the layout of the format and reads it back', async () => {
    await filled().save(files, paths);
    expect((await readFile(paths.offsets)).toString('hex')).toBe(
      ['0000000a00001388', '0000001400002710', '0000001e00003a98'].join(''),
    );
    expect((await readFile(paths.times)).toString('hex')).toBe(
      ['00000000000007d00000000a', '00000000000007d00000000a', '0000000000000fa00000001e'].join(''),
    );
    const loaded = await load();
    expect(loaded.entryCount).toBe(3);
    expect(loaded.floor(125)).toEqual({ offset: 120, position: 10_000 });
  });

  test('saves what is new behind what is there, and cuts off what is not its own', async () => {
    const index = filled();
    await index.save(files, paths);
    index.cut(120);
    index.add(batchAt(140, 5000), 20_000);
    await writeFile(paths.offsets, Buffer.alloc(100), { flag: 'a' });
    await index.save(files, paths);
    expect(await readFile(paths.offsets)).toHaveLength(24);
    expect((await load()).floor(Infinity)).toEqual({ offset: 140, position: 20_000 });
  });

  test('has no entries when a file is missing, and only those below the size', async () => {
    expect((await load()).entryCount).toBe(0);
    await filled().save(files, paths);
    expect((await load(10_001)).entryCount).toBe(2);
    expect((await load(10_000)).entryCount).toBe(1);
    await rm(paths.times);
    expect((await load()).entryCount).toBe(0);
  });

  test('keeps the entries before the first that cannot be right', async () => {
    await filled().save(files, paths);
    const bytes = await readFile(paths.offsets);
    bytes.writeInt32BE(5, 8);
    await writeFile(paths.offsets, bytes);
    expect((await load()).entryCount).toBe(1);
  });

  function load(sizeBytes = 1_000_000): Promise<SegmentIndex> {
    return SegmentIndex.load({ files, paths, baseOffset: 100, sizeBytes });
  }
});

/** Base offset 100; batches at offsets 100, 110, 120 and 130, 5,000 bytes apart, at times 1000, 2000, 1500, 4000. */
function filled(): SegmentIndex {
  const index = new SegmentIndex(100);
  for (const [i, timestamp] of [1000, 2000, 1500, 4000].entries()) {
    index.add(batchAt(100 + 10 * i, timestamp), 5000 * i);
  }
  return index;
}

function batchAt(offset: number, timestamp: number): Buffer {
  const batch = batchOf(['x'], { timestamp });
  setBaseOffset(batch, offset);
  return batch;
}
