import { isDiskFull } from '../../base/disk-full.ts';
import type { CorruptionError } from '../../base/errors.ts';
import { DatabaseError } from '../../base/errors.ts';
import type { Topic } from '../log.ts';

/** How messages call a partition. */
export function describePartition(topic: Topic, index: number): string {
  return `Partition ${index} of topic ${topic.name}`;
}

/** The error of a partition whose files are damaged. */
export function partitionDamage(partition: string, cause: CorruptionError): DatabaseError {
  return new DatabaseError(
    'CORRUPT',
    `${partition} is damaged: ${cause.message}. Nothing was changed; restore its files from a backup.`,
    { cause },
  );
}

/** The error of those whose records found no room; the partition goes on. */
export function partitionFull(partition: string, cause: unknown): DatabaseError {
  return new DatabaseError(
    'DISK_FULL',
    `There is no room on the disk for records of ${partition}. They were not acknowledged; make room and send them again.`,
    { cause },
  );
}

/** The error of a partition after the file system refused `activity`, such as "writing its log". */
export function partitionFailure(
  partition: string,
  { activity, cause }: { readonly activity: string; readonly cause: unknown },
): DatabaseError {
  const { message } = cause as Error;
  const isFull = isDiskFull(cause);
  const remedy = isFull ? 'Make room on the disk' : 'Check the disk';
  return new DatabaseError(
    isFull ? 'DISK_FULL' : 'INTERNAL',
    `${partition} failed: ${activity} gave "${message}". ${remedy} and start the server again.`,
    { cause },
  );
}
