import { dirname } from 'node:path';
import type { FileSystem } from './env.ts';
import { DatabaseError } from './errors.ts';

/**
 * Refuses a directory on a network file system: their locks, their order of writes and their syncs are not what a
 * database needs. A directory that does not exist yet will be on the disk of what is there above it.
 * @param directory absolute. @throws DatabaseError UNSAFE_DISK.
 */
export async function refuseNetworkDisk(directory: string, files: FileSystem): Promise<void> {
  let path = directory;
  while (!(await files.exists(path)) && dirname(path) !== path) path = dirname(path);
  const kind = await files.networkKind(path);
  if (kind === null) return;
  throw new DatabaseError(
    'UNSAFE_DISK',
    `The data directory ${directory} is on a network file system (${kind}), which does not keep what it has acknowledged: ` +
      'choose one on a local disk with --data, or accept it with --unsafe-fs. Nothing was changed.',
  );
}
