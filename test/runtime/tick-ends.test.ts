import { expect, test } from 'vitest';
import { TickEnds } from '../../src/runtime/tick-ends.ts';
import { MemoryLog } from '../simulation/memory-log.ts';
import { RecordBatchWriter } from '../../src/log/record-batch.ts';

async function partitionWith(recordCount: number) {
  const topic = await new MemoryLog().createTopic({
    name: 't',
    partitionCount: 1,
    cleanupPolicy: 'delete',
  });
  const [partition] = topic.partitions;
  if (partition === undefined) throw new RangeError('a topic has a partition');
  for (let i = 0; i < recordCount; i++) partition.append(batch());
  return partition;
}

function batch(): Buffer {
  const writer = new RecordBatchWriter();
  writer.begin();
  writer.append(0, null, null);
  return writer.finish();
}

test('what comes into a partition after the first look is left for the next tick', async () => {
  const partition = await partitionWith(3);
  const ends = new TickEnds();
  expect(ends.end(partition)).toBe(3);
  partition.append(batch());
  expect(ends.end(partition)).toBe(3);
  expect(new TickEnds().end(partition)).toBe(4);
});

test('a query goes as far as the first that began where it begins', async () => {
  const partition = await partitionWith(9);
  const ends = new TickEnds();
  ends.begin([{ partition, began: 2, position: 2 }]);
  expect(ends.end(partition)).toBe(9);
  ends.finish([{ partition, began: 2, position: 5 }]);
  expect(ends.reached(partition, 2)).toBe(5);
  ends.begin([{ partition, began: 2, position: 2 }]);
  expect(ends.end(partition)).toBe(5);
  ends.finish([{ partition, began: 2, position: 5 }]);
  ends.begin([{ partition, began: 0, position: 0 }]);
  expect(ends.end(partition)).toBe(9);
});
