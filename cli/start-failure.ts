import { EXIT } from './exit-codes.ts';

/** What was to be opened. */
export interface StartPlace {
  readonly directory: string;
  readonly host: string;
  readonly port: number;
}

/** What a failed start means for the user. */
export interface StartFailure {
  readonly exitCode: number;
  readonly message: string;
}

/** Finds the reason in the error or in what caused it; what is no mistake of the user gets exit code 70. */
export function explainStartFailure(
  error: unknown,
  { directory, host, port }: StartPlace,
): StartFailure {
  const address = `${host}:${port}`;
  for (const { code, syscall, message } of causesOf(error)) {
    const listening = syscall === 'listen' || syscall === 'getaddrinfo';
    switch (code) {
      case 'EADDRINUSE':
        return {
          exitCode: EXIT.UNAVAILABLE,
          message: `The port ${port} on ${host} is in use by another process: stop that one, or choose a port with --port (0 picks a free one).`,
        };
      case 'EADDRNOTAVAIL':
      case 'ENOTFOUND':
      case 'EAI_AGAIN':
        return {
          exitCode: EXIT.CONFIGURATION,
          message: `${host} is not an address of this machine: --host must name one.`,
        };
      case 'LEVEL_LOCKED':
        return {
          exitCode: EXIT.IN_USE,
          message: `The data directory ${directory} is in use by another Millrace: stop that one, or choose a directory with --data.`,
        };
      case 'UNKNOWN_FORMAT':
      case 'UNKNOWN_PROPERTY':
        return { exitCode: EXIT.CONFIGURATION, message };
      case 'UNSAFE_DISK':
        return { exitCode: EXIT.CANNOT_CREATE, message };
      // Whatever made it notice: LevelDB calls some damage an error of the disk.
      case 'CORRUPT':
        return { exitCode: EXIT.INTERNAL, message };
      case 'EACCES':
      case 'EPERM':
        if (!listening) return mayNotWrite(directory);
        return {
          exitCode: EXIT.NO_PERMISSION,
          message: `Listening on ${address} is not allowed for this user: choose a port above 1023 with --port.`,
        };
      case 'ENOENT':
      case 'ENOTDIR':
      case 'EEXIST':
      case 'EROFS':
      case 'ENOSPC':
        return cannotMake(directory, code);
      // LevelDB says what the system said in words only.
      case 'LEVEL_IO_ERROR':
        return explainStoreFailure(message, directory);
      default:
    }
  }
  const { message } = error instanceof Error ? error : new Error(String(error));
  return { exitCode: EXIT.INTERNAL, message: `Millrace failed: ${message}` };
}

function explainStoreFailure(message: string, directory: string): StartFailure {
  if (/Permission denied|not permitted/i.test(message)) return mayNotWrite(directory);
  if (/Read-only file system/i.test(message)) return cannotMake(directory, 'EROFS');
  if (/No space left/i.test(message)) return cannotMake(directory, 'ENOSPC');
  return { exitCode: EXIT.IO, message: `The disk of ${directory} failed: ${message}` };
}

function mayNotWrite(directory: string): StartFailure {
  return {
    exitCode: EXIT.NO_PERMISSION,
    message: `The data directory ${directory} may not be written by this user: change its owner, or choose another with --data.`,
  };
}

function cannotMake(directory: string, code: string): StartFailure {
  return {
    exitCode: EXIT.CANNOT_CREATE,
    message: `The data directory ${directory} cannot be made or written (${code}): choose another with --data.`,
  };
}

/** With what exit code a running server ends after an error it cannot go on from. */
export function fatalExitCode(error: unknown): number {
  const isDisk = causesOf(error).some(({ code }) => DISK_FAILURES.has(code ?? ''));
  return isDisk ? EXIT.IO : EXIT.INTERNAL;
}

/** What the file system, or LevelDB, says of a disk that does not do its work. */
const DISK_FAILURES = new Set(['EIO', 'ENOSPC', 'EDQUOT', 'EROFS', 'LEVEL_IO_ERROR']);

/** The error, what caused it, what caused that, and so on. */
function causesOf(error: unknown): NodeJS.ErrnoException[] {
  const causes: NodeJS.ErrnoException[] = [];
  for (let cause = error; cause instanceof Error && causes.length < 10; cause = cause.cause) {
    causes.push(cause);
  }
  return causes;
}
