import { join } from 'node:path';
import type { FileSystem } from '../../base/env.ts';
import { DatabaseError } from '../../base/errors.ts';

const FILE_NAME = 'topics.json';
const FORMAT = 1;

export interface TopicEntry {
  readonly id: number;
  readonly name: string;
  readonly partitionCount: number;
  readonly cleanupPolicy: 'delete' | 'compact';
  readonly retentionMs: number | null;
}

/** Which topics there are; the whole content of `topics.json`. */
export interface TopicList {
  /** Greater than every id ever used. */
  readonly nextId: number;
  readonly topics: readonly TopicEntry[];
}

/**
 * The topics of the log in `directory`; null when it has no list, that is, when it is new.
 * @throws DatabaseError CORRUPT when the file is not what was written, with its path.
 */
export async function readTopics(files: FileSystem, directory: string): Promise<TopicList | null> {
  const path = join(directory, FILE_NAME);
  if (!(await files.exists(path))) return null;
  const text = (await files.readFile(path)).toString();
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw corrupt(path, 'it is not JSON', cause);
  }
  const { format, nextId, topics } = (content ?? {}) as Record<string, unknown>;
  if (format !== FORMAT) throw corrupt(path, `its format is ${String(format)}, expected ${FORMAT}`);
  if (!Number.isSafeInteger(nextId)) throw corrupt(path, 'nextId is not an integer');
  if (!Array.isArray(topics) || !topics.every(isTopicEntry)) {
    throw corrupt(path, 'its topics are incomplete');
  }
  return { nextId: nextId as number, topics };
}

/** Replaces the list; durable when it resolves. */
export async function writeTopics(
  files: FileSystem,
  directory: string,
  list: TopicList,
): Promise<void> {
  const text = JSON.stringify({ format: FORMAT, ...list }, null, 2);
  await files.replaceFile(join(directory, FILE_NAME), Buffer.from(`${text}\n`));
}

function isTopicEntry(value: unknown): value is TopicEntry {
  const { id, name, partitionCount, cleanupPolicy, retentionMs } = (value ?? {}) as Record<
    string,
    unknown
  >;
  return (
    Number.isSafeInteger(id) &&
    typeof name === 'string' &&
    Number.isSafeInteger(partitionCount) &&
    (cleanupPolicy === 'delete' || cleanupPolicy === 'compact') &&
    (retentionMs === null || typeof retentionMs === 'number')
  );
}

function corrupt(path: string, what: string, cause?: unknown): DatabaseError {
  return new DatabaseError(
    'CORRUPT',
    `The list of topics ${path} cannot be used: ${what}. Restore the data directory from a backup.`,
    { cause },
  );
}
