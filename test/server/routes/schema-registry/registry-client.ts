import { onTestFinished } from 'vitest';
import { startServer } from '../../../../server/app.ts';
import { silentLogger } from '../../../../src/base/logger.ts';
import { TemporaryDatabase } from '../../../temporary-database.ts';

export interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly body: unknown;
}

/** A running server with an empty registry, and a way to talk to it. */
export interface RegistryServer {
  readonly url: string;
  readonly temporary: TemporaryDatabase;
  call(method: string, path: string, body?: object): Promise<Answer>;
}

/** Starts a server over a new database; both are gone when the test is over. */
export async function startRegistry(): Promise<RegistryServer> {
  const temporary = await TemporaryDatabase.open();
  const server = await startServer({
    engine: temporary.database,
    port: 0,
    logger: silentLogger,
    limits: { shutdownGraceMs: 100 },
  });
  onTestFinished(() => server.close());
  const { url } = server;
  return {
    url,
    temporary,
    async call(method, path, body) {
      const response = await fetch(`${url}${path}`, {
        method,
        ...(body === undefined
          ? {}
          : {
              headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
              body: JSON.stringify(body),
            }),
      });
      return {
        status: response.status,
        type: response.headers.get('content-type'),
        body: await response.json(),
      };
    },
  };
}
