import { cp, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeEnv } from '../../src/base/env-node.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { Catalog } from '../../src/catalog/catalog.ts';
import type { Source } from '../../src/catalog/source.ts';
import { openEmbeddedLog } from '../../src/log/embedded/embedded-log.ts';
import type { Log, Partition } from '../../src/log/log.ts';
import { RecordCursor } from '../../src/log/record-cursor.ts';
import type { Change } from '../../src/operators/change.ts';
import { RecordDecoder } from '../../src/runtime/record-decoder.ts';
import { columnsOf } from '../../src/sql/schema.ts';
import { COMMAND_TOPIC } from '../../src/statements/command-log.ts';
import type { CommandEntry } from '../../src/statements/commands.ts';

/** The committed records of a source's topic, partition by partition. `time` is the record's own timestamp. */
export interface SourceRecords {
  readonly source: Source;
  readonly records: readonly Change[];
}

/**
 * What a database has on disk: a copy of its log is opened and read as another process would, so that a test sees
 * exactly the committed bytes. Nothing may be under way: call it after `settled()`.
 *
 * @param directory of the database.
 * @returns by source name; records that do not fit the source's schema are left out.
 */
export async function readSources(directory: string): Promise<ReadonlyMap<string, SourceRecords>> {
  const copy = await mkdtemp(join(directory, '..', 'copy-'));
  try {
    await cp(join(directory, 'log'), copy, { recursive: true });
    const log = await openCopy(copy);
    try {
      const catalog = await readCatalog(log);
      const sources = new Map<string, SourceRecords>();
      for (const source of catalog.sources) sources.set(source.name, await readSource(log, source));
      return sources;
    } finally {
      await log.close();
    }
  } finally {
    await rm(copy, { recursive: true });
  }
}

function openCopy(directory: string): Promise<Log> {
  return openEmbeddedLog({
    directory,
    env: nodeEnv(),
    logger: silentLogger,
    recovery: {
      durableEndOffset: () => undefined,
      decide: () => {
        throw new Error('a transaction is open although the database has settled');
      },
    },
  });
}

async function readCatalog(log: Log): Promise<Catalog> {
  let catalog = Catalog.EMPTY;
  for (const text of await textsOf(log.topic(COMMAND_TOPIC)?.partitions[0])) {
    const { command } = JSON.parse(text) as CommandEntry;
    if (command.kind === 'dropSource') catalog = catalog.withoutSource(command.name);
    else if ('source' in command && command.source !== null) {
      catalog = catalog.withSource(command.source);
    }
  }
  return catalog;
}

async function textsOf(partition: Partition | undefined): Promise<string[]> {
  const texts: string[] = [];
  if (partition === undefined) return texts;
  for (const batch of await batchesOf(partition)) {
    const cursor = new RecordCursor(batch);
    while (cursor.next()) texts.push(batch.toString('utf8', cursor.valueStart, cursor.valueEnd));
  }
  return texts;
}

async function readSource(log: Log, source: Source): Promise<SourceRecords> {
  const needed = columnsOf(source.schema).map(() => true);
  const decoder = new RecordDecoder({ ...source, timestamp: null }, needed);
  const records: Change[] = [];
  for (const partition of log.topic(source.topic)?.partitions ?? []) {
    const { index } = partition;
    const range = { fromOffset: 0, toOffset: Infinity, partition: index, countMax: Infinity };
    for (const batch of await batchesOf(partition)) decoder.decode(batch, range, records, () => {});
  }
  return { source, records };
}

async function batchesOf(partition: Partition): Promise<Buffer[]> {
  const batches: Buffer[] = [];
  let offset = partition.startOffset;
  while (offset < partition.stableEndOffset) {
    const read = await partition.read({ offset, bytesMax: 1 << 20, isolation: 'committed' });
    batches.push(...read.batches);
    offset = read.nextOffset;
  }
  return batches;
}
