import type { Database } from '../../src/database.ts';
import { PROCESSING_LOG_TOPIC } from '../../src/runtime/processing-log-source.ts';
import { RAW_TOPICS } from './raw-topics.ts';
import { CHANGES_TOPIC } from './workload.ts';

/**
 * Ends all queries, drops all sources with their topics and deletes what was written below SQL, so that the workload
 * can begin anew in the same directory. May be cut short anywhere and done again. Topics of sources are left to DROP:
 * one that stays behind although its source is gone is found by the next check.
 */
export async function clear(database: Database): Promise<void> {
  await database.terminateAll(['.*']);
  const present = new Set(database.topics.list().map(({ name }) => name));
  for (const name of [CHANGES_TOPIC, ...RAW_TOPICS.map((topic) => topic.name)]) {
    if (present.has(name)) await database.topics.delete(name);
  }
  await database.settled();
  for (const partition of database.log.topic(PROCESSING_LOG_TOPIC)?.partitions ?? []) {
    await partition.deleteRecords(partition.stableEndOffset);
  }
}
