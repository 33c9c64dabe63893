/* A process with a database on a small disk; does what it is told and reports. */
import { openDatabase } from '../../src/database.ts';
import type { FullDiskAnswer, FullDiskCommand } from './full-disk.ts';
import { rowsOf } from './workload.ts';

/** Of each row, so that the disk fills soon. */
const TEXT = 'x'.repeat(400);

const directory = process.argv[2] as string;
const database = await openDatabase({
  directory,
  // Nothing is held back: writes meet the end of the disk.
  diskReserveBytes: 0,
  logLimits: { segmentBytesMax: 128 << 10 },
  onFatal: (error) => {
    process.send?.({ kind: 'fatal', message: String(error) });
    process.exit(74);
  },
});
process.on('message', (command: FullDiskCommand) => {
  console.error('about to', JSON.stringify(command));
  void answer(command).then((text) => process.send?.(text));
});
process.send?.({ kind: 'ready' });

async function answer(command: FullDiskCommand): Promise<FullDiskAnswer> {
  switch (command.kind) {
    case 'execute':
      await database.execute(command.sql, { properties: { 'auto.offset.reset': 'earliest' } });
      return { kind: 'done' };
    case 'insert': {
      const ids = Array.from({ length: command.count }, (_, i) => command.from + i);
      const acknowledged: number[] = [];
      const refusals = new Set<string>();
      await Promise.all(
        ids.map(async (id) => {
          const values = `'k${id % 7}', ${id}, ${(id * 31) % 100}, '${TEXT}'`;
          try {
            await database.execute(`INSERT INTO S (K, ID, V, TEXT) VALUES (${values});`);
            acknowledged.push(id);
          } catch (error) {
            refusals.add((error as { code?: string }).code ?? String(error));
          }
        }),
      );
      return { kind: 'inserted', acknowledged, refusals: [...refusals] };
    }
    case 'read': {
      await database.settled();
      const rows = (sql: string): Promise<(readonly unknown[])[]> => rowsOf(database, sql);
      return {
        kind: 'rows',
        source: (await rows('SELECT ID, K, V FROM S;')) as [number, string, number][],
        filtered: (await rows('SELECT ID FROM BIG;')).map(([id]) => id as number),
        totals: (await rows('SELECT K, N, TOTAL FROM TOTALS;')) as [string, number, number][],
      };
    }
  }
}
