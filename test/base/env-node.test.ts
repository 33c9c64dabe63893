import { mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeEnv } from '../../src/base/env-node.ts';

const { files } = nodeEnv();
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-env-'));
});

afterEach(() => rm(directory, { recursive: true }));

/** As if the names had changed last that long ago. */
async function age(seconds: number): Promise<void> {
  const then = Math.floor(Date.now() / 1000) - seconds;
  await utimes(directory, then, then + 0.25);
}

test('the mark of names is another one, or none, after each change of them', async () => {
  await writeFile(join(directory, 'a'), '');
  expect(files.namesMark(directory)).toBe(null);
  await age(100);
  const mark = files.namesMark(directory);
  expect(mark).not.toBe(null);
  await writeFile(join(directory, 'a'), 'longer');
  expect(files.namesMark(directory)).toBe(mark);
  for (const change of [
    () => writeFile(join(directory, 'b'), ''),
    () => rename(join(directory, 'b'), join(directory, 'c')),
    () => rm(join(directory, 'c')),
  ]) {
    await change();
    expect(files.namesMark(directory)).toBe(null);
    await age(100);
  }
  await age(99);
  expect(files.namesMark(directory)).not.toBe(mark);
});

test('names whose time is a whole second have no mark for longer, nor those of the future', async () => {
  await age(1);
  expect(files.namesMark(directory)).not.toBe(null);
  const second = Math.floor(Date.now() / 1000) - 1;
  await utimes(directory, second, second);
  expect(files.namesMark(directory)).toBe(null);
  await age(-100);
  expect(files.namesMark(directory)).toBe(null);
});
