import { onTestFinished } from 'vitest';
import { startServer, type RunningServer, type ServerOptions } from '../../server/app.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { TemporaryDatabase } from '../temporary-database.ts';

/** A server over a database of its own, both closed when the test is over. */
export interface DatabaseServer extends RunningServer {
  readonly temporary: TemporaryDatabase;
}

/** Starts it on a free port, with what the statements make. */
export async function startDatabaseServer(
  sql = '',
  options: Partial<ServerOptions> = {},
): Promise<DatabaseServer> {
  const temporary = await TemporaryDatabase.open();
  if (sql !== '') await temporary.run(sql);
  const server = await startServer({
    engine: temporary.database,
    port: 0,
    logger: silentLogger,
    ...options,
    limits: { shutdownGraceMs: 100, ...options.limits },
  });
  onTestFinished(() => server.close());
  return { ...server, temporary };
}
