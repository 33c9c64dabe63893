import type { Located } from '../analyze/error-at.ts';
import { errorAt } from '../analyze/error-at.ts';
import type { Source } from '../catalog/source.ts';
import type { Log } from '../log/log.ts';
import type { CleanupPolicy } from '../log/topic-settings.ts';
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

/** How long streams keep records of which nobody says how long; what Kafka and ksqlDB do. */
const RETENTION_MS_DEFAULT = 7 * 86_400_000;

export interface RetentionRequest {
  /** What the statement says; -1 is for ever, null nothing. */
  readonly askedMs: number | null;
  /** The topic read by the query that fills the source: what it keeps goes for this one too; null for none. */
  readonly like?: string | null;
  /** Of the query's windows: records of a window stay as long as its state. */
  readonly windowMs?: number | null;
}

/**
 * Makes the topic of a source unless it is there. Tables keep the latest record of each key, windowed tables only as
 * long as their windows, streams what the last days brought.
 */
export async function ensureTopic(
  log: Log,
  { topic, partitionCount, kind, schema }: Source,
  request: RetentionRequest,
): Promise<void> {
  if (log.topic(topic) !== undefined) return;
  const cleanupPolicy = policyOf(kind, schema.window !== null);
  const retentionMs = cleanupPolicy === 'compact' ? null : retentionOf(log, request);
  await log.createTopic({ name: topic, partitionCount, cleanupPolicy, retentionMs });
}

function policyOf(kind: Source['kind'], isWindowed: boolean): CleanupPolicy {
  if (kind === 'STREAM') return 'delete';
  return isWindowed ? 'compact,delete' : 'compact';
}

/** Null is for ever. */
function retentionOf(log: Log, { askedMs, like, windowMs }: RetentionRequest): number | null {
  if (askedMs === -1) return null;
  const source = like === undefined || like === null ? undefined : log.topic(like);
  const inherited = source === undefined ? RETENTION_MS_DEFAULT : source.settings.retentionMs;
  const retentionMs = askedMs ?? inherited;
  return retentionMs === null ? null : Math.max(retentionMs, windowMs ?? 0);
}
