import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { FileSystem } from '../../src/base/env.ts';
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

test('a file that LevelDB opens for a commit is durable with it, also behind many that opened none', async () => {
  const directory = await temporaryDirectory();
  let syncs = 0;
  const counting: FileSystem = {
    ...files,
    syncDirectory(path) {
      syncs++;
      return files.syncDirectory(path);
    },
  };
  const store = await openLevelStore({ directory, files: counting });
  let before = await readdir(directory);
  // Its own log is full every 32 MiB.
  for (let n = 0; n < 40; n++) {
    const syncsBefore = syncs;
    await store.commit([[Buffer.from([n]), Buffer.alloc(2 << 20, n)]]);
    const names = await readdir(directory);
    const logs = names.filter((name) => name.endsWith('.log') && !before.includes(name));
    if (logs.length > 0) expect(syncs).toBeGreaterThan(syncsBefore);
    before = names;
  }
  expect(syncs).toBeGreaterThan(2);
  await store.close();
  await rm(directory, { recursive: true });
});
