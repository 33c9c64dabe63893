import { expect, test } from 'vitest';
import { nodeEnv } from '../../src/base/env-node.ts';
import { refuseNetworkDisk } from '../../src/base/network-disk.ts';
import { openDatabase } from '../../src/database.ts';

const env = nodeEnv();

/** Everything below the path is on NFS. */
function mounted(path: string) {
  const networkKind = async (name: string): Promise<string | null> => {
    if (name === path || name.startsWith(`${path}/`)) return 'NFS';
    return env.files.networkKind(name);
  };
  return { ...env.files, networkKind };
}

test('a directory on a network file system is refused, also one that is not there yet', async () => {
  const files = { ...mounted('/'), networkKind: async () => 'NFS' };
  const refusal = { code: 'UNSAFE_DISK', message: expect.stringMatching(/NFS.*--unsafe-fs/) };
  for (const directory of ['/', '/not/there/yet']) {
    await expect(refuseNetworkDisk(directory, files)).rejects.toMatchObject(refusal);
  }
  const options = { directory: '/not/there/yet', env: { ...env, files } };
  await expect(openDatabase(options)).rejects.toMatchObject(refusal);
  expect(await env.files.exists('/not')).toBe(false);
});

test('what is above decides for a directory that is not there yet', async () => {
  await refuseNetworkDisk('/not/there/yet', mounted('/not'));
  await refuseNetworkDisk(import.meta.dirname, env.files);
});
