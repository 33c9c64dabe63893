import { expect, test } from 'vitest';
import { runFullDisk, SmallDisk } from './full-disk.ts';
import { SeededRandom } from './random.ts';

/** npm run faults has 200. */
const ROUNDS = 9;

test('a real file system that is full, again and again, loses and doubles nothing', async ({
  skip,
}) => {
  const disk = await SmallDisk.mount();
  if (disk === null) return skip('a tmpfs can be mounted by root only: real ENOSPC was not tried');
  try {
    const report = await runFullDisk(disk, { rounds: ROUNDS, random: new SeededRandom(17) });
    expect(report.complaints).toEqual([]);
    expect(report).toMatchObject({ rounds: ROUNDS, kills: 3 });
    expect(report.refused).toBeGreaterThan(ROUNDS / 2);
    expect(report.acknowledged).toBeGreaterThan(300);
  } finally {
    await disk.unmount();
  }
}, 180_000);
