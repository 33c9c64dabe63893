import { once } from 'node:events';
import { createServer } from 'node:net';
import { destination, pino, type Logger } from 'pino';
import { startServer, type RunningServer } from '../server/app.ts';
import { DEFAULT_LIMITS } from '../server/limits.ts';
import { MillraceClient } from '../src/api/client.ts';
import {
  type DatabaseOptions,
  openDatabase,
  type SchemaRegistrySettings,
} from '../src/database.ts';
import type { Surroundings } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { readSecurityFiles, type SecurityFiles } from './security-files.ts';
import { Session } from './session.ts';
import { runShell } from './shell.ts';
import { connectionsFor, openFilesMax, openFilesProblem } from './open-files.ts';
import { explainStartFailure, fatalExitCode } from './start-failure.ts';

/** A clean stop that takes longer is given up; what was acknowledged is on disk anyway. */
const STOP_MS_MAX = 9_500;

/** Given up when the disk is full, so that the state store can be opened and things be dropped. */
const DISK_BALLAST_BYTES = 64 << 20;

/** A signal that comes again this soon is the same one: npm passes on what the terminal sent to both of us. */
const SAME_SIGNAL_MS_MAX = 250;

/** What the command line and the environment decide about a server. */
export interface ServerOptions {
  /** Absolute. */
  readonly directory: string;
  readonly port: number;
  readonly host: string;
  /** Names clients reach this server by, besides `host`. */
  readonly allowedHosts: readonly string[];
  /** Origins whose pages may use this server. */
  readonly allowedOrigins: readonly string[];
  readonly security: SecurityFiles;
  /** Of topics that are made without one. */
  readonly durability: NonNullable<DatabaseOptions['durability']>;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  /** Also talk SQL with the user at the terminal. */
  readonly prompt: boolean;
  readonly schemaRegistry: SchemaRegistrySettings;
  /** Whether the processing log shows the bytes of records that could not be read. */
  readonly showRecordBytes: boolean;
  /** Open a data directory on a network file system. */
  readonly allowNetworkDisk: boolean;
  readonly deniedProperties: readonly string[];
  /** Of the server, by name. */
  readonly properties: Readonly<Record<string, string>>;
}

interface ServerContext {
  readonly logger: Logger;
  readonly stop: AbortController;
  readonly surroundings: Surroundings;
}

/**
 * Serves a data directory until a signal, or the end of the prompt, stops it. Errors that nobody caught end the
 * process.
 * @returns the exit code; a failed start is explained to the user first.
 */
export async function serve(options: ServerOptions, surroundings: Surroundings): Promise<number> {
  // Whoever read our output may leave; the database goes on.
  surroundings.output.on('error', () => {});
  surroundings.errors.on('error', () => {});
  const logger = openLogger(options.logLevel);
  const stop = stopOnSignals(logger);
  stop.signal.addEventListener('abort', () => exitWhenStopHangs(logger));
  process.on('uncaughtException', exitOnFatal(logger));
  process.on('unhandledRejection', exitOnFatal(logger));
  try {
    return await serveUntilStopped(options, { logger, stop, surroundings });
  } catch (error) {
    const failure = explainStartFailure(error, options);
    if (failure.exitCode === EXIT.INTERNAL) logger.fatal({ err: error }, 'the server failed');
    surroundings.errors.write(`${failure.message}\n`);
    return failure.exitCode;
  }
}

/** Opens the database and the port, serves until told to stop, and closes both. */
async function serveUntilStopped(options: ServerOptions, context: ServerContext): Promise<number> {
  const { directory, host, port, schemaRegistry, showRecordBytes, durability } = options;
  const { logger, stop, surroundings } = context;
  const filesMax = openFilesMax();
  const problem = openFilesProblem(filesMax);
  if (problem !== null) {
    surroundings.errors.write(`${problem}\n`);
    return EXIT.CONFIGURATION;
  }
  // Looked at before the database is opened: a taken port must leave the data directory as it is.
  await probePort(host, port);
  const database = await openDatabase({
    directory,
    logger,
    schemaRegistry,
    durability,
    diskBallastBytes: DISK_BALLAST_BYTES,
    showRecordBytes,
    allowNetworkDisk: options.allowNetworkDisk,
    deniedProperties: options.deniedProperties,
    properties: options.properties,
    onFatal: exitOnFatal(logger),
  });
  try {
    const listener = await startServer({
      engine: database,
      host,
      port,
      allowedHosts: options.allowedHosts,
      allowedOrigins: options.allowedOrigins,
      ...readSecurityFiles(options.security),
      limits: { connectionCountMax: connectionsFor(filesMax, DEFAULT_LIMITS.connectionCountMax) },
      logger,
    });
    process.on('SIGHUP', () => renew(listener, { options, logger }));
    try {
      surroundings.output.write(`Millrace is ready on ${listener.url} (data in ${directory})\n`);
      if (options.prompt) await runPrompt(listener.url, context);
      else await aborted(stop.signal);
      stop.abort();
    } finally {
      await listener.close();
    }
  } finally {
    await database.close();
  }
  logger.info({}, 'stopped');
  return EXIT.OK;
}

/** The shell in this process, talking to this server; ends with Ctrl-D, `exit` or a signal. */
async function runPrompt(url: string, { stop, surroundings }: ServerContext): Promise<void> {
  const { output, errors } = surroundings;
  const client = new MillraceClient(url);
  const session = new Session({
    client,
    output,
    errors,
    format: 'tabular',
    rowLimit: null,
    timeoutMs: null,
  });
  try {
    await runShell({ session, client, surroundings, signal: stop.signal });
  } finally {
    client.close();
  }
}

/** Reads the security files again; what is wrong with one of them leaves all as they were. */
function renew(
  listener: RunningServer,
  { options, logger }: { readonly options: ServerOptions; readonly logger: Logger },
): void {
  const { problems, ...contents } = readSecurityFiles(options.security);
  if (problems.length > 0) {
    logger.error({ problems }, 'the files of users and TLS were not read again');
    return;
  }
  listener.renew(contents);
  logger.info({}, 'the files of users and TLS were read again');
}

async function probePort(host: string, port: number): Promise<void> {
  const probe = createServer();
  probe.listen({ host, port, exclusive: true });
  await once(probe, 'listening');
  probe.close();
  await once(probe, 'close');
}

function openLogger(level: string): Logger {
  // Synchronous: a line about a crash must be out before the process is.
  const stream = destination({ fd: 2, sync: true });
  // Nobody reads the log any more: its lines are dropped.
  stream.on('error', () => {});
  return pino({ level }, stream);
}

/** The first SIGINT or SIGTERM aborts the returned controller, a later one ends the process at once. */
function stopOnSignals(logger: Logger): AbortController {
  const stop = new AbortController();
  let stoppedAt = 0;
  const signalNumbers = { SIGINT: 2, SIGTERM: 15 } as const;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (!stop.signal.aborted) {
        logger.info({ signal: name }, 'stopping');
        stoppedAt = performance.now();
        stop.abort();
      } else if (performance.now() - stoppedAt > SAME_SIGNAL_MS_MAX) {
        // Safe: it is no worse than a crash.
        process.exit(128 + signalNumbers[name]);
      }
    });
  }
  return stop;
}

/** What ends the process on an error it cannot go on from: the state in memory is in doubt, what is on disk is not. */
function exitOnFatal(logger: Logger): (error: unknown) => void {
  return (error) => {
    logger.fatal({ err: error }, 'an error the server cannot go on from; the process ends');
    process.exit(fatalExitCode(error));
  };
}

function exitWhenStopHangs(logger: Logger): void {
  const timer = setTimeout(() => {
    logger.fatal({ limitMs: STOP_MS_MAX }, 'stopping took too long; the process ends');
    process.exit(EXIT.INTERNAL);
  }, STOP_MS_MAX);
  timer.unref();
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
