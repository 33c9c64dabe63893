import type { Located } from '../analyze/error-at.ts';
import { errorAt } from '../analyze/error-at.ts';
import type { Source } from '../catalog/source.ts';
import type { Log } from '../log/log.ts';
import type { World } from './world.ts';

/**
 * How many partitions the topic of a new source has: those it has already, or as many as the statement asks for.
 * @param asked what the statement says itself; null when it says nothing.
 * @param fallback for a topic that has to be made when the statement says nothing; null: it must say.
 * @throws DatabaseError BAD_STATEMENT when the statement contradicts the topic, or says too little to make one.
 */
export function partitionsOf(
  { topic, asked, fallback }: { topic: string; asked: number | null; fallback: number | null },
  { world, at }: { world: World; at: Located },
): number {
  const present = world.topics.get(topic);
  if (present !== undefined && asked !== null && asked !== present) {
    throw errorAt(
      'BAD_STATEMENT',
      at,
      `Topic ${topic} exists with ${present} partitions, but the statement says PARTITIONS=${asked}. Leave PARTITIONS out, or use another topic.`,
    );
  }
  const count = present ?? asked ?? fallback;
  if (count !== null) return count;
  throw errorAt(
    'BAD_STATEMENT',
    at,
    `Topic ${topic} does not exist. To create it with this statement, say how many partitions it shall have: WITH (KAFKA_TOPIC='${topic}', PARTITIONS=1, ...).`,
  );
}

/** Makes the topic of a source unless it is there. Tables keep the latest record of each key. */
export async function ensureTopic(
  log: Log,
  { topic, partitionCount, kind }: Source,
  retentionMs: number | null,
): Promise<void> {
  if (log.topic(topic) !== undefined) return;
  const cleanupPolicy = kind === 'TABLE' ? 'compact' : 'delete';
  await log.createTopic({ name: topic, partitionCount, cleanupPolicy, retentionMs });
}
