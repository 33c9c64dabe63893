import { join } from 'node:path';
import { DatabaseError } from '../base/errors.ts';
import type { Env, FileSystem } from '../base/env.ts';

/** Version of the layout of a data directory that this engine reads and writes. */
const FORMAT = 2;
const FILE_NAME = 'FORMAT';

/** What the FORMAT file of a data directory says. */
export interface DataDirectory {
  readonly format: number;
  /** Made once; names the database to clients. */
  readonly clusterId: string;
}

/** Whether no database was ever opened there: its first start wrote neither the FORMAT file nor a log. */
export async function isUnused(files: FileSystem, directory: string): Promise<boolean> {
  for (const name of [FILE_NAME, 'log'])
    if (await files.exists(join(directory, name))) return false;
  return true;
}

/**
 * Looks whether this version can open the directory, before anything in it is opened. Changes nothing.
 * @throws DatabaseError UNKNOWN_FORMAT for a format this version does not know, CORRUPT for a damaged FORMAT file.
 */
export async function checkFormat(directory: string, files: FileSystem): Promise<void> {
  await readFormat(directory, files);
}

/**
 * Reads the FORMAT file, or writes it into a new directory.
 * @throws DatabaseError as `checkFormat`.
 */
export async function checkDataDirectory(directory: string, env: Env): Promise<DataDirectory> {
  const found = await readFormat(directory, env.files);
  if (found !== null) return found;
  const data: DataDirectory = { format: FORMAT, clusterId: env.random.uuid() };
  const bytes = Buffer.from(`${JSON.stringify(data)}\n`);
  await env.files.replaceFile(join(directory, FILE_NAME), bytes);
  return data;
}

/** Null when there is no file yet. */
async function readFormat(directory: string, files: FileSystem): Promise<DataDirectory | null> {
  const path = join(directory, FILE_NAME);
  if (!(await files.exists(path))) return null;
  const found = membersOf((await files.readFile(path)).toString());
  const { format, clusterId } = found;
  if (typeof format === 'number' && format !== FORMAT) throw unknownFormat(directory, format);
  if (typeof format === 'number' && typeof clusterId === 'string') return { format, clusterId };
  throw new DatabaseError('CORRUPT', `${path} is damaged: expected {"format":..,"clusterId":..}.`);
}

function unknownFormat(directory: string, format: number): DatabaseError {
  const writer = format > FORMAT ? 'A newer' : 'An older';
  return new DatabaseError(
    'UNKNOWN_FORMAT',
    `The data directory ${directory} has format ${format}; this version of Millrace reads format ${FORMAT} only. ${writer} version wrote it: use that one, or choose another directory with --data. Nothing was changed.`,
  );
}

function membersOf(text: string): Partial<DataDirectory> {
  try {
    return (JSON.parse(text) as Partial<DataDirectory> | null) ?? {};
  } catch {
    return {};
  }
}
