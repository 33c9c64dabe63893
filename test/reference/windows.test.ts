import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { splitStatements } from '../../grammar/split.ts';
import { PROPERTIES, TemporaryDatabase } from '../temporary-database.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/reference/windows.md'), 'utf8');
const EXAMPLES = [...PAGE.matchAll(/^```sql\n(.*?)^```\n\n```json\n(.*?)^```$/gms)].map(
  ([, sql = '', rows = '']) => {
    const statements = splitStatements(sql).statements;
    return { title: statements[1] ?? '', statements, rows };
  },
);

test('the page has examples, each with its rows', () => {
  expect(EXAMPLES).toHaveLength(PAGE.match(/^```sql$/gm)?.length ?? 0);
  expect(EXAMPLES.length).toBeGreaterThan(5);
});

test.each(EXAMPLES)('$title', async ({ statements, rows }) => {
  const temporary = await TemporaryDatabase.open();
  const properties: Record<string, string | number> = { ...PROPERTIES };
  for (const sql of statements.slice(0, -1)) {
    const [, name, value] = /^SET '(.*)' = '(.*)';$/.exec(sql) ?? [];
    if (name !== undefined && value !== undefined) properties[name] = value;
    else await temporary.database.execute(sql, { properties });
    await temporary.database.settled();
  }
  const found = await temporary.rows(statements.at(-1) ?? '');
  expect(found).toEqual(
    rows
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  );
});
