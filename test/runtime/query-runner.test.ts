import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeEnv } from '../../src/base/env-node.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { openEmbeddedLog } from '../../src/log/embedded/embedded-log.ts';
import { baseSequence, lastSequence } from '../../src/log/record-batch.ts';
import { TemporaryDatabase } from '../temporary-database.ts';

/** First and last sequence of each batch of a topic's only partition. */
async function sequencesOf(directory: string, topicName: string): Promise<[number, number][]> {
  const log = await openEmbeddedLog({
    directory: join(directory, 'log'),
    env: nodeEnv(),
    logger: silentLogger,
    recovery: { durableEndOffset: () => undefined, decide: () => 'abort' },
  });
  const partition = log.topic(topicName)?.partitions[0];
  if (partition === undefined) throw new Error(`no topic ${topicName}`);
  const options = { offset: 0, bytesMax: 2 ** 20, isolation: 'committed' } as const;
  const { batches } = await partition.read(options);
  const sequences = batches.map((batch): [number, number] => {
    return [baseSequence(batch), lastSequence(batch)];
  });
  await log.close();
  return sequences;
}

test('a query that is replaced goes on counting its records', async () => {
  const temporary = await TemporaryDatabase.open();
  await temporary.run(
    `CREATE STREAM s (v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
     CREATE STREAM t AS SELECT v FROM s;`,
  );
  await temporary.run('INSERT INTO s (v) VALUES (1);');
  await temporary.run('INSERT INTO s (v) VALUES (2);');
  await temporary.run('CREATE OR REPLACE STREAM t AS SELECT v FROM s WHERE v > 0;');
  await temporary.run('INSERT INTO s (v) VALUES (3);');
  await temporary.database.close();
  expect(await sequencesOf(temporary.directory, 'T')).toEqual([
    [0, 0],
    [1, 1],
    [2, 2],
  ]);
});
