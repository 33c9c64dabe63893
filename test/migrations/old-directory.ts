import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { inflateRawSync } from 'node:zlib';

/**
 * Writes a data directory of format 1, as the version that made such directories left it when it was killed
 * (`format-1.json`: its files, deflated, in base64). It holds stream S of two partitions with 70 rows; F, a filter of
 * it; T, counts and sums by name; W, counts by name and hour.
 */
export async function writeOldDirectory(directory: string): Promise<void> {
  const text = await readFile(join(import.meta.dirname, 'format-1.json'), 'utf8');
  for (const [name, content] of Object.entries(JSON.parse(text) as Record<string, string>)) {
    const path = join(directory, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, inflateRawSync(Buffer.from(content, 'base64')));
  }
}
