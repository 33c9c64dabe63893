import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { inflateRawSync } from 'node:zlib';

/** Data directories as other versions left them when they were killed: their files, deflated, in base64. */
export const OLD_DIRECTORIES = {
  /**
   * Of format 1. It holds stream S of two partitions with 70 rows; F, a filter of it; T, counts and sums by name; W,
   * counts by name and hour.
   */
  format1: 'format-1.json',
  /**
   * Of format 2, from before all joins of streams kept rows that wait. Streams A (keys 0, 1, 0, 1), B (key 0 three
   * times) and C (key 0); COUNTS, joined pairs of A and B by key; THREE, all three of them joined; EXPLODED, pairs of A
   * and B expanded by an array of A.
   */
  beforeHeldRows: 'before-held-rows.json',
} as const;

/** Writes one of them. */
export async function writeOldDirectory(
  directory: string,
  name: keyof typeof OLD_DIRECTORIES = 'format1',
): Promise<void> {
  const text = await readFile(join(import.meta.dirname, OLD_DIRECTORIES[name]), 'utf8');
  for (const [path, content] of Object.entries(JSON.parse(text) as Record<string, string>)) {
    const file = join(directory, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, inflateRawSync(Buffer.from(content, 'base64')));
  }
}
