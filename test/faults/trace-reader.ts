/* Opens the data directories it is told and reports what is in them; it may die of what it finds there. */
import { type Database, openDatabase } from '../../src/database.ts';
import type { TraceAnswer } from './trace.ts';
import { rowsOf } from './workload.ts';

process.on('message', (directory: string) => {
  void ask(directory).then((answer) => process.send?.(answer));
});

async function ask(directory: string): Promise<TraceAnswer> {
  let database: Database | null = null;
  try {
    console.error('opening', directory);
    database = await openDatabase({ directory });
    console.error('settling');
    await database.settled();
    console.error('reading');
    const [s, big, totals] = [
      await select(database, 'S'),
      await select(database, 'BIG'),
      await select(database, 'TOTALS'),
    ];
    return { rows: { s, big, totals }, said: '' };
  } catch (error) {
    return { rows: null, said: error instanceof Error ? error.message : String(error) };
  } finally {
    console.error('closing');
    await database?.close().catch(() => {});
  }
}

/** The rows of a source; none when the power went before it was defined. */
async function select(
  database: Database,
  source: string,
): Promise<(readonly [string, number, number])[]> {
  try {
    const rows = await rowsOf(database, `SELECT * FROM ${source};`);
    return rows as (readonly [string, number, number])[];
  } catch (error) {
    if (String(error).includes('does not exist')) return [];
    throw error;
  }
}
