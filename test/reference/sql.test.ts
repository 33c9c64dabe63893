import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseStatement } from '../../grammar/parser.ts';
import { splitStatements } from '../../grammar/split.ts';
import { statements } from '../../grammar/statements/index.ts';
import { TemporaryDatabase } from '../temporary-database.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/reference/sql.md'), 'utf8');
const EXAMPLES = [...PAGE.matchAll(/^```sql\n(.*?)^```$/gms)].map(([, sql = '']) => sql);
const STATEMENTS = EXAMPLES.flatMap((sql) => splitStatements(sql).statements);

test('the examples of the reference run, one after the other', async () => {
  const { database } = await TemporaryDatabase.open();
  let sessionVariables: Record<string, string> = {};
  for (const sql of STATEMENTS) {
    const options = { properties: { 'auto.offset.reset': 'earliest' }, sessionVariables };
    if (/^(?:SELECT|PRINT)\b/.test(sql)) {
      const result = await database.query(sql, options);
      const rows = await result.next();
      expect(rows, sql).not.toBeNull();
      await result.close();
      continue;
    }
    await database.execute(sql, options);
    await database.settled();
    const [, name, text] = /^DEFINE (\w+) = '(.*)';$/.exec(sql) ?? [];
    if (name !== undefined && text !== undefined) sessionVariables = { [name]: text };
  }
}, 60_000);

test('the reference has an example of every statement, or says that it is refused', () => {
  const shown = new Set(
    STATEMENTS.map((sql) => parseStatement(sql.replaceAll(/\$\{\w+\}/g, '1')).statement.kind),
  );
  const refused = ['createConnector', 'dropConnector', 'listConnectors', 'describeConnector'];
  const missing = statements
    .flatMap(({ kinds }) => kinds)
    .filter((kind) => !shown.has(kind) && !refused.includes(kind));
  expect(missing).toEqual([]);
});
