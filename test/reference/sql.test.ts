import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseStatement } from '../../grammar/parser.ts';
import { splitStatements } from '../../grammar/split.ts';
import { statements } from '../../grammar/statements/index.ts';
import { ConnectServer } from '../connect/connect-server.ts';
import { TemporaryDatabase } from '../temporary-database.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/reference/sql.md'), 'utf8');
/** The examples of connectors stand in one block. */
const isForConnect = (sql: string): boolean => sql.includes('CONNECTOR');
const EXAMPLES = [...PAGE.matchAll(/^```sql\n(.*?)^```$/gms)].map(([, sql = '']) => sql);
const statementsOf = (examples: readonly string[]): string[] =>
  examples.flatMap((sql) => [...splitStatements(sql).statements]);
const STATEMENTS = statementsOf(EXAMPLES.filter((sql) => !isForConnect(sql)));
const FOR_CONNECT = statementsOf(EXAMPLES.filter(isForConnect));

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

test('the examples of connectors run against Kafka Connect', async () => {
  const connect = await ConnectServer.start();
  const properties = { 'ksql.connect.url': connect.url };
  const { database } = await TemporaryDatabase.open({ properties });
  for (const sql of FOR_CONNECT) expect(await database.execute(sql), sql).toHaveLength(1);
});

test('the reference has an example of every statement', () => {
  const shown = new Set(
    [...STATEMENTS, ...FOR_CONNECT].map(
      (sql) => parseStatement(sql.replaceAll(/\$\{\w+\}/g, '1')).statement.kind,
    ),
  );
  const missing = statements.flatMap(({ kinds }) => kinds).filter((kind) => !shown.has(kind));
  expect(missing).toEqual([]);
});
