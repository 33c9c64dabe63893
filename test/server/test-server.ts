import { onTestFinished } from 'vitest';
import { silentLogger } from '../../src/base/logger.ts';
import { startServer, type RunningServer, type ServerOptions } from '../../server/app.ts';
import { BIGINT, INTEGER } from '../../src/sql/types.ts';
import { rows, ScriptedEngine, ScriptedResult, type EngineScript } from './scripted-engine.ts';

export interface TestServer extends RunningServer {
  readonly engine: ScriptedEngine;
}

/** A server over a scripted engine on a free port, closed when the test is over. */
export async function startTestServer(
  script: EngineScript = TABLE_SCRIPT,
  options: Partial<ServerOptions> = {},
): Promise<TestServer> {
  const engine = new ScriptedEngine(script);
  const server = await startServer({
    engine,
    port: 0,
    logger: silentLogger,
    ...options,
    limits: { shutdownGraceMs: 100, ...options.limits },
  });
  onTestFinished(() => server.close());
  return { ...server, engine };
}

export const ID_TOTAL = [
  { name: 'ID', type: INTEGER, isKey: true },
  { name: 'TOTAL', type: BIGINT, isKey: false },
];

export const PULL = 'SELECT * FROM T WHERE ID = 7;';
export const PUSH = 'SELECT * FROM T EMIT CHANGES;';
export const FLOOD = 'SELECT * FROM FLOOD EMIT CHANGES;';
export const PRINT = "PRINT 't';";
export const DDL = 'DROP STREAM S;';
export const CRASH = 'CRASH;';

const LONG_ROW = rows(...Array.from({ length: 100 }, (_, index) => [index, 2 ** 53 - 1]));

/** One statement of every sort the server tells apart. */
export const TABLE_SCRIPT: EngineScript = {
  queries: {
    [PULL]: () =>
      new ScriptedResult({
        kind: 'pull',
        queryId: 'query_1700000000000',
        columns: ID_TOTAL,
        batches: [rows([7, 42])],
        end: null,
      }),
    [PUSH]: () =>
      new ScriptedResult({ kind: 'push', queryId: 'transient_T_987', columns: ID_TOTAL }),
    [FLOOD]: () =>
      new ScriptedResult({
        kind: 'push',
        queryId: 'transient_FLOOD_1',
        columns: ID_TOTAL,
        endless: () => LONG_ROW,
      }),
    [PRINT]: () =>
      new ScriptedResult({
        kind: 'print',
        batches: [{ kind: 'lines', lines: ['rowtime: N/A, key: 1', 'rowtime: N/A, key: 2'] }],
        end: null,
      }),
  },
  statements: {
    [DDL]: () => [
      {
        '@type': 'currentStatus',
        statementText: DDL,
        commandId: 'stream/S/drop',
        commandStatus: { status: 'SUCCESS', message: 'Source `S` dropped.', queryId: null },
        commandSequenceNumber: 2,
        warnings: [],
      },
    ],
    'INSERT INTO S VALUES (1);': () => [],
    [CRASH]: () => {
      throw new TypeError('secret detail of our own');
    },
  },
};
