import type { Machine } from './machine.ts';
import { type Ledger, rowsOf } from './workload.ts';

const WINDOW_MS = 10_000;
const DERIVED = ['BIG', 'TOTALS', 'WINDOWS', 'BY_ID', 'BIG_TOTALS'] as const;

interface Row {
  readonly k: string;
  readonly id: number;
  readonly v: number;
  readonly time: number;
}

/**
 * What is wrong with a database that has been opened again and has caught up, as sentences: rows that were
 * acknowledged and are gone, rows that are there twice, definitions that are gone, results that are not what its own
 * rows say.
 */
export async function complaints(machine: Machine, ledger: Ledger): Promise<string[]> {
  const { database } = machine;
  const found: string[] = [];
  const sources = await namesOf(machine);
  for (const name of ledger.created) {
    if (!sources.has(name)) found.push(`${name} was created and is gone`);
  }
  for (const name of ledger.dropped) {
    if (sources.has(name)) found.push(`${name} was dropped and is there`);
  }
  if (!sources.has('S')) return found;
  await machine.until(database.settled());
  const select = (sql: string) => machine.until(rowsOf(database, sql));
  const rows = (await select('SELECT K, ID, V, ROWTIME FROM S;')).map(
    ([k, id, v, time]) => ({ k, id, v, time }) as Row,
  );
  found.push(...checkRows(rows, ledger));
  const expected: Record<(typeof DERIVED)[number], () => unknown[]> = {
    BIG: () => rows.filter(({ v }) => v > 50).map(({ k, id, v }) => [k, id, v]),
    BY_ID: () => rows.map(({ id, k, v }) => [id, v, k]),
    TOTALS: () => totals(rows).map(([k, n, total]) => [k, n, total]),
    BIG_TOTALS: () => totals(rows.filter(({ v }) => v > 50)).map(([k, n]) => [k, n]),
    WINDOWS: () => windows(rows),
  };
  for (const name of DERIVED) {
    if (!sources.has(name)) continue;
    const actual = await select(`SELECT * FROM ${name};`);
    const difference = differenceOf(expected[name](), actual, name === 'BIG');
    if (difference !== null) found.push(`${name}: ${difference}`);
  }
  return found;
}

async function namesOf({ database }: Machine): Promise<Set<string>> {
  const names = new Set<string>();
  for (const entity of await database.execute('SHOW STREAMS; SHOW TABLES;')) {
    if (entity['@type'] === 'streams') for (const { name } of entity.streams) names.add(name);
    if (entity['@type'] === 'tables') for (const { name } of entity.tables) names.add(name);
  }
  return names;
}

function checkRows(rows: readonly Row[], ledger: Ledger): string[] {
  const found: string[] = [];
  const counts = new Map<number, number>();
  for (const row of rows) {
    counts.set(row.id, (counts.get(row.id) ?? 0) + 1);
    const sent = ledger.sent.get(row.id);
    if (sent === undefined) found.push(`row ${row.id} was never sent`);
    else if (sent.k !== row.k || sent.v !== row.v || sent.time !== row.time) {
      found.push(`row ${row.id} is ${JSON.stringify(row)}, sent was ${JSON.stringify(sent)}`);
    }
  }
  for (const [id, count] of counts) if (count > 1) found.push(`row ${id} is there ${count} times`);
  for (const id of ledger.acknowledged) {
    if (!counts.has(id)) found.push(`row ${id} was acknowledged and is gone`);
  }
  return found;
}

function totals(rows: readonly Row[]): [string, number, number][] {
  return [...Map.groupBy(rows, ({ k }) => k)].map(([k, group]) => {
    return [k, group.length, group.reduce((sum, { v }) => sum + v, 0)];
  });
}

function windows(rows: readonly Row[]): unknown[] {
  const groups = Map.groupBy(rows, ({ k, time }) => `${k} ${time - (time % WINDOW_MS)}`);
  return [...groups].map(([group, { length }]) => {
    const [k, start] = group.split(' ');
    return [k, Number(start), Number(start) + WINDOW_MS, length];
  });
}

function texts(list: readonly unknown[]): string[] {
  return list.map((row) => JSON.stringify(row));
}

/** How two lists of rows differ, as multisets; null when they do not. With `ordered` rows of one key keep their order. */
function differenceOf(
  expected: readonly unknown[],
  actual: readonly unknown[],
  ordered: boolean,
): string | null {
  const text = ordered ? textByKey : sortedText;
  if (text(expected) === text(actual)) return null;
  return `expected ${text(expected)}, found ${text(actual)}`;
}

function sortedText(rows: readonly unknown[]): string {
  return texts(rows).sort().join(' ');
}

function textByKey(rows: readonly unknown[]): string {
  return [...Map.groupBy(rows as readonly unknown[][], ([key]) => String(key))]
    .map(([key, group]) => `${key}: ${texts(group).join(' ')}`)
    .sort()
    .join('; ');
}
