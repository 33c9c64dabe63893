/* Opens the data directories it is told, asks them everything and reports; it may die of what it finds there. */
import { type Database, openDatabase } from '../../src/database.ts';
import { answersOf, type RotAnswer } from './bit-rot.ts';

process.on('message', (directory: string) => {
  void ask(directory).then((answer) => process.send?.(answer));
});

function ignore(): void {}

async function ask(directory: string): Promise<RotAnswer> {
  const said: string[] = [];
  const say = (_: object, message: string): void => void said.push(message);
  const logger = { debug: ignore, info: ignore, warn: say, error: say };
  let database: Database | null = null;
  try {
    console.error('opening', directory);
    database = await openDatabase({ directory, logger });
    console.error('reading');
    return { answers: await answersOf(database), said };
  } catch (error) {
    said.push(error instanceof Error ? error.message : String(error));
    return { answers: null, said };
  } finally {
    console.error('closing');
    await database?.close().catch(() => {});
  }
}
