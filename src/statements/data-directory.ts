import { join } from 'node:path';
import { DatabaseError } from '../base/errors.ts';
import type { Env, FileSystem } from '../base/env.ts';

/** Version of the layout of a data directory that this engine reads and writes. */
export const FORMAT = 2;
/** The oldest format that this engine can bring to its own. */
const FORMAT_MIN = 1;
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
 * @returns what its FORMAT file says, which may be an older format that has to be migrated; null for a new directory.
 * @throws DatabaseError UNKNOWN_FORMAT for a format this version does not know, CORRUPT for a damaged FORMAT file.
 */
export async function readDataDirectory(
  directory: string,
  files: FileSystem,
): Promise<DataDirectory | null> {
  const path = join(directory, FILE_NAME);
  if (!(await files.exists(path))) return null;
  const found = membersOf((await files.readFile(path)).toString());
  const { format, clusterId } = found;
  const isNumber = typeof format === 'number';
  if (isNumber && !isKnown(format)) throw unknownFormat(directory, format);
  if (isNumber && typeof clusterId === 'string') return { format, clusterId };
  throw new DatabaseError('CORRUPT', `${path} is damaged: expected {"format":..,"clusterId":..}.`);
}

/**
 * What the FORMAT file of a directory of this format says; writes it into a new directory.
 * @throws DatabaseError as `readDataDirectory`.
 */
export async function checkDataDirectory(directory: string, env: Env): Promise<DataDirectory> {
  const found = await readDataDirectory(directory, env.files);
  if (found !== null) return found;
  const data: DataDirectory = { format: FORMAT, clusterId: env.random.uuid() };
  await write(directory, env.files, data);
  return data;
}

/** Makes the FORMAT file of a directory say another format. */
export async function setFormat(
  directory: string,
  { format, files }: { readonly format: number; readonly files: FileSystem },
): Promise<void> {
  const found = await readDataDirectory(directory, files);
  if (found !== null) await write(directory, files, { ...found, format });
}

async function write(directory: string, files: FileSystem, data: DataDirectory): Promise<void> {
  await files.replaceFile(join(directory, FILE_NAME), Buffer.from(`${JSON.stringify(data)}\n`));
}

function isKnown(format: number): boolean {
  return Number.isInteger(format) && format >= FORMAT_MIN && format <= FORMAT;
}

function unknownFormat(directory: string, format: number): DatabaseError {
  const writer = format > FORMAT ? 'A newer' : 'An older';
  return new DatabaseError(
    'UNKNOWN_FORMAT',
    `The data directory ${directory} has format ${format}; this version of Millrace reads formats ${FORMAT_MIN} to ${FORMAT}. ${writer} version wrote it: use that one, or choose another directory with --data. Nothing was changed.`,
  );
}

function membersOf(text: string): Partial<DataDirectory> {
  try {
    return (JSON.parse(text) as Partial<DataDirectory> | null) ?? {};
  } catch {
    return {};
  }
}
