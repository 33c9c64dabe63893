import { join } from 'node:path';
import type { FileSystem } from '../../base/env.ts';
import { DatabaseError } from '../../base/errors.ts';
import { DEFAULT_TOPIC_SETTINGS, isTopicSettings } from '../topic-settings.ts';
import type { TopicSettings } from '../topic-settings.ts';

/** In the directory of the log. */
export const TOPICS_FILE = 'topics.json';
const FORMAT = 1;

export interface TopicEntry {
  readonly id: number;
  readonly name: string;
  readonly partitionCount: number;
  readonly settings: TopicSettings;
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
  const path = join(directory, TOPICS_FILE);
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
  if (!Array.isArray(topics)) throw corrupt(path, 'it lists no topics');
  const entries = topics.map(readEntry);
  if (!entries.every((entry) => entry !== null)) throw corrupt(path, 'its topics are incomplete');
  return { nextId: nextId as number, topics: entries };
}

/** Replaces the list; durable when it resolves. */
export async function writeTopics(
  files: FileSystem,
  directory: string,
  list: TopicList,
): Promise<void> {
  await files.replaceFile(join(directory, TOPICS_FILE), encodeTopics(list));
}

/** The content of the file. */
export function encodeTopics(list: TopicList): Buffer {
  return Buffer.from(`${JSON.stringify({ format: FORMAT, ...list }, null, 2)}\n`);
}

/** Settings that are missing, as in a file of an earlier version, are the default ones. */
function readEntry(value: unknown): TopicEntry | null {
  const entry = (value ?? {}) as Record<string, unknown>;
  const { id, name, partitionCount, cleanupPolicy, retentionMs } = entry;
  const before = cleanupPolicy === undefined ? {} : { cleanupPolicy, retentionMs };
  const given = (entry['settings'] ?? before) as Partial<TopicSettings>;
  const settings = { ...DEFAULT_TOPIC_SETTINGS, ...given };
  const isEntry =
    Number.isSafeInteger(id) && typeof name === 'string' && Number.isSafeInteger(partitionCount);
  if (!isEntry || !isTopicSettings(settings)) return null;
  return { id: id as number, name, partitionCount: partitionCount as number, settings };
}

function corrupt(path: string, what: string, cause?: unknown): DatabaseError {
  return new DatabaseError(
    'CORRUPT',
    `The list of topics ${path} cannot be used: ${what}. Restore the data directory from a backup.`,
    { cause },
  );
}
