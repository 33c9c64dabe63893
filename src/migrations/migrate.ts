import { join } from 'node:path';
import type { Env } from '../base/env.ts';
import type { Logger } from '../base/logger.ts';
import { openPlainStore } from '../state/plain-store.ts';
import type { PlainStore } from '../state/plain-store.ts';
import { begin, convertEntries, hasBegun, progressKey } from './convert-entries.ts';
import { keepOld } from './keep-old.ts';
import type { Migration } from './migration.ts';

export interface MigrateOptions {
  /** Of the database. */
  readonly directory: string;
  readonly env: Env;
  readonly logger: Logger;
  /** Those that lead to the format wanted, in order. */
  readonly migrations: readonly Migration[];
  /** What the directory says now; asked again under the lock. */
  format(): Promise<number>;
  /** Makes the directory say so, durably. */
  setFormat(format: number): Promise<void>;
  /** Opens the state of the directory. Default: LevelDB. For tests that let it fail. */
  readonly openStore?: () => Promise<PlainStore>;
}

/**
 * Brings a data directory of an older version to the format of this one, a format at a time, under the lock of the
 * directory, which is that of its state.
 *
 * | step | what                                                | after a crash                            |
 * | ---- | --------------------------------------------------- | ---------------------------------------- |
 * | 1    | the directory is kept as it is, in `format-<n>`     | done again                               |
 * | 2    | the beginning is noted in the state                 | 1 is not done again: it would keep half  |
 * | 3    | entries are converted, a chunk and a note at a time | goes on behind the last chunk            |
 * | 4    | FORMAT says the next format                         | nothing is left to convert; 4 is done    |
 * | 5    | the note goes                                       | a note that nobody reads is left         |
 *
 * @throws DatabaseError IN_USE when another process has the directory; what the disk says.
 */
export async function migrate(options: MigrateOptions): Promise<void> {
  const { directory, env } = options;
  const stateDirectory = join(directory, 'state');
  const openStore =
    options.openStore ?? (() => openPlainStore({ directory: stateDirectory, files: env.files }));
  const store = await openStore();
  try {
    for (const migration of options.migrations) {
      if (migration.from >= (await options.format())) await apply(migration, store, options);
    }
  } finally {
    await store.close();
  }
}

async function apply(
  migration: Migration,
  store: PlainStore,
  { directory, env, logger, setFormat }: MigrateOptions,
): Promise<void> {
  const { from, summary } = migration;
  const to = from + 1;
  if (hasBegun(store, migration)) {
    logger.warn({ from, to }, 'the migration of the data directory goes on');
  } else {
    logger.warn({ from, to, summary }, 'the data directory is of an older version: migrating it');
    const kept = await keepOld({ directory, env, store, format: from });
    logger.warn({ kept }, 'the data directory as it was is kept; remove it when all is well');
    await begin(store, migration);
  }
  const entries = await convertEntries(store, migration);
  await setFormat(to);
  await store.commit([[progressKey(migration), null]]);
  logger.warn({ from, to, entries }, 'the data directory was migrated');
}
