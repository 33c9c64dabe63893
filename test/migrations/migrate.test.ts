import { access, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Env } from '../../src/base/env.ts';
import { nodeEnv } from '../../src/base/env-node.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { type Database, openDatabase } from '../../src/database.ts';
import { progressKey } from '../../src/migrations/convert-entries.ts';
import { migrations } from '../../src/migrations/index.ts';
import { migrate } from '../../src/migrations/migrate.ts';
import { openPlainStore } from '../../src/state/plain-store.ts';
import { FORMAT, readDataDirectory, setFormat } from '../../src/statements/data-directory.ts';
import { writeOldDirectory } from './old-directory.ts';

const env = nodeEnv();
let root: string;
let directory: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'millrace-migrate-'));
  directory = join(root, 'data');
  await writeOldDirectory(directory);
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

test('there is one migration for each format before this one', () => {
  expect(migrations.map(({ from }) => from)).toEqual(
    Array.from({ length: FORMAT - 1 }, (_, i) => i + 1),
  );
});

describe('a directory of format 1', () => {
  test('opens with all it held, and its queries go on', async () => {
    const database = await openDatabase({ directory });
    try {
      expect(await answers(database)).toEqual(HELD);
      await database.execute(
        "INSERT INTO S (ROWTIME, ID, V, NAME) VALUES (1700000200000, 100, 100, 'n0');",
      );
      await database.settled();
      expect(await answers(database)).toEqual({
        ...HELD,
        filtered: HELD.filtered + 1,
        counts: [['n0', 11, 235], ...HELD.counts.slice(1)],
        windows: [['n0', 11], ...HELD.windows.slice(1)],
      });
    } finally {
      await database.close();
    }
    expect(await format(directory)).toBe(FORMAT);
  });

  test('is kept as it was beside', async () => {
    await (await openDatabase({ directory })).close();
    const kept = join(directory, 'format-1');
    expect(await format(kept)).toBe(1);
    expect(await filesBelow(join(kept, 'log'))).toEqual(
      (await filesBelow(join(await unpacked('again'), 'log'))).filter((n) => !n.endsWith('.tmp')),
    );
    // It is whole: migrated again it holds the same.
    const database = await openDatabase({ directory: kept });
    expect(await answers(database)).toEqual(HELD);
    await database.close();
  });

  test('is refused while another process has it, untouched', async () => {
    const other = await openPlainStore({ directory: join(directory, 'state'), files: env.files });
    await expect(openDatabase({ directory })).rejects.toMatchObject({ code: 'IN_USE' });
    await other.close();
    expect(await format(directory)).toBe(1);
    await expect(access(join(directory, 'format-1'))).rejects.toThrow(/ENOENT/);
  });

  test('no note of the migration is left in the state', async () => {
    await (await openDatabase({ directory })).close();
    const store = await openPlainStore({ directory: join(directory, 'state'), files: env.files });
    expect(store.get(progressKey(migrations[0]!))).toBeUndefined();
    await store.close();
  });
});

describe('a migration that is cut short', () => {
  test('at any operation is taken up by the next start', async () => {
    let operations = 0;
    for (let failing = 1; ; failing++) {
      await rm(directory, { recursive: true });
      await writeOldDirectory(directory);
      const isDone = await migrateFailingAt(failing);
      if (isDone) break;
      operations++;
      await migrateFailingAt(Infinity);
      const database = await openDatabase({ directory });
      expect(await answers(database), `cut short at ${failing}`).toEqual(HELD);
      await database.close();
      // What is kept was never touched by what came after.
      expect(await format(join(directory, 'format-1'))).toBe(1);
    }
    expect(operations).toBeGreaterThan(50);
  }, 120_000);

  test('does not keep the half converted directory in place of the old one', async () => {
    // The last operations before FORMAT are conversions.
    let failing = 1;
    for (; ; failing++) {
      await rm(directory, { recursive: true });
      await writeOldDirectory(directory);
      await migrateFailingAt(failing);
      const store = await openPlainStore({ directory: join(directory, 'state'), files: env.files });
      const progress = store.get(progressKey(migrations[0]!));
      await store.close();
      if (progress !== undefined && progress.length > 4) break;
    }
    await migrateFailingAt(Infinity);
    const kept = await openDatabase({ directory: join(directory, 'format-1') });
    expect(await answers(kept)).toEqual(HELD);
    await kept.close();
  }, 60_000);
});

/** Runs the migration until its operation of that number, on files or state, which fails. @returns whether it ended. */
async function migrateFailingAt(failing: number): Promise<boolean> {
  let count = 0;
  const step = (): void => {
    if (++count >= failing) throw Object.assign(new Error('EIO: made to fail'), { code: 'EIO' });
  };
  const files = new Proxy(env.files, {
    get(target, name: keyof Env['files']) {
      return async (...args: unknown[]) => {
        step();
        return (target[name] as (...args: unknown[]) => Promise<unknown>)(...args);
      };
    },
  });
  try {
    await migrate({
      directory,
      env: { ...env, files },
      logger: silentLogger,
      migrations,
      format: () => format(directory),
      setFormat: async (to) => {
        step();
        await setFormat(directory, { format: to, files: env.files });
        step();
      },
      openStore: async () => {
        const store = await openPlainStore({
          directory: join(directory, 'state'),
          files: env.files,
        });
        return {
          ...store,
          commit: async (changes) => {
            step();
            await store.commit([...changes]);
            step();
          },
        };
      },
    });
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'EIO' });
    return false;
  }
}

function isNamed([name]: readonly unknown[]): boolean {
  return String(name).startsWith('n');
}

interface Answers {
  readonly filtered: number;
  readonly counts: readonly unknown[];
  readonly windows: readonly unknown[];
}

async function answers(database: Database): Promise<Answers> {
  const rows = async (sql: string): Promise<unknown[][]> => {
    const result = await database.query(sql);
    const found: unknown[][] = [];
    for (let batch = await result.next(); batch !== null; batch = await result.next()) {
      if (batch.kind === 'rows') found.push(...batch.rows.map((row) => [...row]));
    }
    return found;
  };
  return {
    filtered: (await rows('SELECT * FROM F;')).length,
    counts: (await rows('SELECT * FROM T;')).filter(isNamed).sort(),
    windows: (await rows('SELECT NAME, N FROM W;')).filter(isNamed).sort(),
  };
}

/** What the old version answered. */
const HELD: Answers = {
  filtered: 68,
  counts: [
    ['n0', 10, 135],
    ['n1', 10, 145],
    ['n2', 10, 155],
  ],
  windows: [
    ['n0', 10],
    ['n1', 10],
    ['n2', 10],
  ],
};

async function format(path: string): Promise<number> {
  return (await readDataDirectory(path, env.files))!.format;
}

async function unpacked(name: string): Promise<string> {
  await writeOldDirectory(join(root, name));
  return join(root, name);
}

async function filesBelow(path: string): Promise<string[]> {
  const names = await readdir(path, { recursive: true });
  const contents = await Promise.all(
    names.map(async (name) => {
      const content = await readFile(join(path, name)).catch(() => null);
      return content === null ? [] : [`${name} ${content.toString('base64')}`];
    }),
  );
  return contents.flat().sort();
}
