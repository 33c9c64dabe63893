import type { Env } from '../base/env.ts';
import { DatabaseError } from '../base/errors.ts';
import type { ReadAfter, RecordPosition } from '../engine.ts';
import type { Log, Partition } from '../log/log.ts';
import type { PersistentQuery } from '../runtime/persistent-query.ts';
import type { TickLoop } from '../runtime/tick-loop.ts';

interface Waiting {
  readonly clock: Env['clock'];
  readonly log: Log;
  readonly loop: TickLoop;
  /** The queries that keep or write what is about to be read. */
  readonly writers: readonly PersistentQuery[];
}

/**
 * Waits until what the writers make shows the records at the positions; for one they do not depend on, until it can be
 * read.
 * @throws DatabaseError WAIT_TIMEOUT when that takes too long; BAD_REQUEST for a partition there is none of.
 */
export async function awaitPositions(
  { positions, timeoutMs }: ReadAfter,
  { clock, log, loop, writers }: Waiting,
): Promise<void> {
  const places = positions.map((position) => ({
    partition: partitionOf(log, position),
    offset: position.offset,
  }));
  const deadline = clock.monotonic() + timeoutMs;
  const leftMs = (): number => deadline - clock.monotonic();
  for (const [index, { partition, offset }] of places.entries()) {
    const isStable = await isReadable(partition, { offset, clock, timeoutMs: leftMs() });
    if (!isStable) throw tooLate(positions[index] as RecordPosition, timeoutMs);
  }
  for (const writer of writers) {
    if (await loop.hasReached(writer, places, leftMs())) continue;
    throw tooLate(positions[0] as RecordPosition, timeoutMs);
  }
}

function partitionOf(log: Log, { topic, partition }: RecordPosition): Partition {
  const found = topic.startsWith('_') ? undefined : log.topic(topic)?.partitions[partition];
  if (found !== undefined) return found;
  throw new DatabaseError(
    'BAD_REQUEST',
    `after names partition ${partition} of topic ${topic}, which does not exist.`,
  );
}

async function isReadable(
  partition: Partition,
  { offset, clock, timeoutMs }: { offset: number; clock: Env['clock']; timeoutMs: number },
): Promise<boolean> {
  if (partition.stableEndOffset > offset) return true;
  await new Promise<void>((resolve) => {
    const forget = partition.onAvailable({ offset, isolation: 'committed' }, () => {
      cancel();
      resolve();
    });
    const cancel = clock.after(Math.max(0, timeoutMs), () => {
      forget();
      resolve();
    });
  });
  return partition.stableEndOffset > offset;
}

function tooLate({ topic, partition, offset }: RecordPosition, timeoutMs: number): DatabaseError {
  return new DatabaseError(
    'WAIT_TIMEOUT',
    `Timed out after ${timeoutMs} ms while waiting for the record at offset ${offset} of partition ${partition} of topic ${topic} to be processed. Try again.`,
  );
}
