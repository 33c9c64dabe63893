import { join } from 'node:path';
import { crc32c } from '../../base/crc32c.ts';
import type { FileSystem } from '../../base/env.ts';
import { CorruptionError } from '../../base/errors.ts';

const FILE_NAME = 'start.json';

/**
 * Remembers the offset a partition begins at; durable when it resolves. It comes before the removal of any record, so
 * that a segment that is missing can be told from one that was removed.
 */
export async function writeLogStart(
  files: FileSystem,
  directory: string,
  startOffset: number,
): Promise<void> {
  const body = JSON.stringify({ startOffset });
  const text = JSON.stringify({ crc32c: crc32c(Buffer.from(body)), body });
  await files.replaceFile(join(directory, FILE_NAME), Buffer.from(text));
}

/**
 * The offset the partition begins at: 0 when nothing was ever removed.
 * @throws CorruptionError when the file is not what was written.
 */
export async function readLogStart(files: FileSystem, directory: string): Promise<number> {
  const path = join(directory, FILE_NAME);
  if (!(await files.exists(path))) return 0;
  const text = (await files.readFile(path)).toString();
  try {
    const { crc32c: expected, body } = JSON.parse(text) as { crc32c: number; body: string };
    const { startOffset } = JSON.parse(body) as { startOffset: number };
    if (crc32c(Buffer.from(body)) === expected && Number.isSafeInteger(startOffset)) {
      return startOffset;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
  }
  throw new CorruptionError(`${path} does not hold what was written to it`);
}
