import { join } from 'node:path';
import { DatabaseError } from '../base/errors.ts';
import type { Env, FileSystem } from '../base/env.ts';

/** Version of the layout of a data directory that this engine reads and writes. */
const FORMAT = 2;

/** What the FORMAT file of a data directory says. */
export interface DataDirectory {
  readonly format: number;
  /** Made once; names the database to clients. */
  readonly clusterId: string;
}

/** Whether no database was ever opened there: its first start wrote neither the FORMAT file nor a log. */
export async function isUnused(files: FileSystem, directory: string): Promise<boolean> {
  for (const name of ['FORMAT', 'log']) if (await files.exists(join(directory, name))) return false;
  return true;
}

/**
 * Reads the FORMAT file, or writes it into a new directory.
 * @throws DatabaseError CORRUPT for a format this version does not know, or a damaged file.
 */
export async function checkDataDirectory(directory: string, env: Env): Promise<DataDirectory> {
  const path = join(directory, 'FORMAT');
  if (!(await env.files.exists(path))) {
    const data: DataDirectory = { format: FORMAT, clusterId: env.random.uuid() };
    await env.files.replaceFile(path, Buffer.from(`${JSON.stringify(data)}\n`));
    return data;
  }
  const text = (await env.files.readFile(path)).toString();
  const data = parse(text);
  if (data === null) {
    throw new DatabaseError(
      'CORRUPT',
      `${path} is damaged: expected {"format":..,"clusterId":..}.`,
    );
  }
  if (data.format !== FORMAT) {
    throw new DatabaseError(
      'CORRUPT',
      `${directory} has data format ${data.format}; this version reads format ${FORMAT}. Use the version of Millrace that wrote it, or another --data directory.`,
    );
  }
  return data;
}

function parse(text: string): DataDirectory | null {
  try {
    const data = JSON.parse(text) as Partial<DataDirectory> | null;
    const { format, clusterId } = data ?? {};
    return typeof format === 'number' && typeof clusterId === 'string'
      ? { format, clusterId }
      : null;
  } catch {
    return null;
  }
}
