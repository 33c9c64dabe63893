import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MillraceClient } from '../../src/api/client.ts';
import type { Entity } from '../../src/api/entities.ts';
import type { JsonValue } from '../../src/api/exact-json.ts';
import { READY, startMillrace, type Ended, type MillraceProcess } from '../cli/millrace-process.ts';

/** Push queries that start here also see what is in the log already. */
export const FROM_START = { 'auto.offset.reset': 'earliest' } as const;

/** A server process of its own, ready to take requests. */
export interface RunningServer {
  readonly url: string;
  readonly port: number;
  /** Closed together with the server. */
  readonly client: MillraceClient;
  readonly process: MillraceProcess;
  /** Ends it with the signal and waits until it is gone. */
  end(signal: NodeJS.Signals): Promise<Ended>;
}

const cleanUps: (() => Promise<unknown> | void)[] = [];

/** Ends every process and removes every directory this file made, the latest first. For `afterEach` or `afterAll`. */
export async function cleanUp(): Promise<void> {
  for (const undo of cleanUps.splice(0).toReversed()) await undo();
}

/** An empty directory, removed by `cleanUp`. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-end-to-end-'));
  cleanUps.push(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Starts `millrace` with the arguments; killed by `cleanUp` if it still runs then. */
export function startProcess(...start: Parameters<typeof startMillrace>): MillraceProcess {
  const process = startMillrace(...start);
  cleanUps.push(() => {
    process.kill('SIGKILL');
    return process.ended;
  });
  return process;
}

/** Starts a server on the directory, on a port of its own. */
export async function startServer(directory: string): Promise<RunningServer> {
  const process = startProcess(['server', '--data', directory, '--port', '0']);
  const [, url = ''] = await process.output(READY);
  const client = new MillraceClient(url);
  cleanUps.push(() => client.close());
  return {
    url,
    port: Number(new URL(url).port),
    client,
    process,
    end(signal) {
      client.close();
      process.kill(signal);
      return process.ended;
    },
  };
}

/** The rows of a query that ends by itself. */
export async function rowsOf(
  client: MillraceClient,
  sql: string,
): Promise<readonly (readonly JsonValue[])[]> {
  const { rows } = await client.collect(sql, { properties: FROM_START });
  return rows;
}

/** What SHOW QUERIES says of each query: its kind, its state and its statement. */
export async function queriesOf(client: MillraceClient): Promise<readonly string[]> {
  const [entity] = await client.execute('SHOW QUERIES;');
  return entitiesOf(entity!, 'queries').queries.map(
    ({ queryType, state, queryString }) => `${queryType} ${state} ${queryString}`,
  );
}

/** The entity as the kind it has to be. */
export function entitiesOf<Type extends Entity['@type']>(
  entity: Entity,
  type: Type,
): Extract<Entity, { '@type': Type }> {
  if (entity['@type'] !== type) throw new Error(`expected ${type}, found ${entity['@type']}`);
  return entity as Extract<Entity, { '@type': Type }>;
}

/** How `expect.poll` waits for views that follow the log: each try is a request, and the time is far above any real one. */
export const SOON = { timeout: 15_000, interval: 10 } as const;
