import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { Row } from '../src/sql/types.ts';
import { type Database, type DatabaseOptions, openDatabase } from '../src/database.ts';

/** New queries begin at the first record, and every change of a table is emitted. */
export const PROPERTIES = {
  'auto.offset.reset': 'earliest',
  'cache.max.bytes.buffering': 0,
} as const;

/** A database in a directory of its own, closed and removed when the test is over. */
export class TemporaryDatabase {
  readonly directory: string;
  database: Database;
  readonly #options: Partial<DatabaseOptions>;

  static async open(options: Partial<DatabaseOptions> = {}): Promise<TemporaryDatabase> {
    const directory = await mkdtemp(join(tmpdir(), 'millrace-test-'));
    const database = await openDatabase({ directory, ...options });
    const temporary = new TemporaryDatabase(directory, database, options);
    opened.push(temporary);
    return temporary;
  }

  private constructor(directory: string, database: Database, options: Partial<DatabaseOptions>) {
    this.directory = directory;
    this.database = database;
    this.#options = options;
  }

  /** Runs statements and waits until all queries have processed what is there. */
  async run(sql: string): Promise<void> {
    await this.database.execute(sql, { properties: PROPERTIES });
    await this.database.settled();
  }

  /** All rows of a query that ends: a pull query, or a push query with LIMIT. */
  async rows(sql: string): Promise<Row[]> {
    const result = await this.database.query(sql, { properties: PROPERTIES });
    const rows: Row[] = [];
    for (let batch = await result.next(); batch !== null; batch = await result.next()) {
      if (batch.kind === 'rows') rows.push(...batch.rows);
    }
    return rows;
  }

  /** Closes the database and opens it again. */
  async reopen(): Promise<void> {
    await this.database.close();
    this.database = await openDatabase({ directory: this.directory, ...this.#options });
    await this.database.settled();
  }

  /** Closes the database and removes its directory; done by itself when the test is over. */
  async dispose(): Promise<void> {
    await this.database.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}

const opened: TemporaryDatabase[] = [];

afterEach(async () => {
  for (const temporary of opened.splice(0)) await temporary.dispose();
});
