import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeEnv } from '../../../src/base/env-node.ts';
import { readCheckpoint, writeCheckpoint } from '../../../src/log/embedded/checkpoint.ts';

const { files } = nodeEnv();
const checkpoint = {
  offset: 12,
  transactions: {
    open: [{ producerId: 1, producerEpoch: 0, firstOffset: 9, lastSequence: 3 }],
    aborted: [{ producerId: 2, firstOffset: 0, lastOffset: 4 }],
  },
};

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-checkpoint-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

test('what was written last is read', async () => {
  expect(await readCheckpoint(files, directory)).toBeNull();
  await writeCheckpoint(files, directory, { ...checkpoint, offset: 1 });
  await writeCheckpoint(files, directory, checkpoint);
  expect(await readCheckpoint(files, directory)).toEqual(checkpoint);
  expect(await readdir(directory)).toEqual(['checkpoint.json']);
});

test('a checkpoint with any byte changed is none', async () => {
  await writeCheckpoint(files, directory, checkpoint);
  const path = join(directory, 'checkpoint.json');
  const bytes = await readFile(path);
  for (let position = 0; position < bytes.length; position++) {
    const damaged = Buffer.from(bytes);
    damaged[position]! ^= 1;
    await writeFile(path, damaged);
    expect(await readCheckpoint(files, directory)).toBeNull();
  }
});

test.each(['', 'null', '{}', '{"crc32c":0,"body":""}', '[]', '{"crc32c":1,"body":7}'])(
  '%j is no checkpoint',
  async (text) => {
    await writeFile(join(directory, 'checkpoint.json'), text);
    expect(await readCheckpoint(files, directory)).toBeNull();
  },
);
