import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeEnv } from '../../src/base/env-node.ts';
import { openLevelStore } from '../../src/state/level-store.ts';
import type { Store } from '../../src/state/store.ts';
import { describeStore } from '../contracts/store.ts';

const { files } = nodeEnv();

function temporaryDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'millrace-store-'));
}

describeStore('LevelStore', async () => {
  const directory = await temporaryDirectory();
  let store: Store = await openLevelStore({ directory, files });
  return {
    store,
    async reopen() {
      await store.close();
      store = await openLevelStore({ directory, files });
      return store;
    },
    async dispose() {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
});

test('a directory that is open already is refused, and free again after the close', async () => {
  const directory = await temporaryDirectory();
  const store = await openLevelStore({ directory, files });
  await expect(openLevelStore({ directory, files })).rejects.toMatchObject({
    code: 'IN_USE',
    message: `Data directory ${directory} is in use by another process. Stop it, or start with another --data directory.`,
  });
  await store.close();
  await (await openLevelStore({ directory, files })).close();
  await rm(directory, { recursive: true });
});

test('damaged files are reported as such', async () => {
  const directory = await temporaryDirectory();
  await (await openLevelStore({ directory, files })).close();
  await writeFile(join(directory, 'CURRENT'), 'nonsense');
  await expect(openLevelStore({ directory, files })).rejects.toMatchObject({ code: 'CORRUPT' });
  await rm(directory, { recursive: true });
});
