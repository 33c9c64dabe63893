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
  for (const { code, syscall } of causesOf(error)) {
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
      case 'EACCES':
      case 'EPERM':
        return {
          exitCode: EXIT.NO_PERMISSION,
          message: listening
            ? `Listening on ${address} is not allowed for this user: choose a port above 1023 with --port.`
            : `The data directory ${directory} may not be written by this user: change its owner, or choose another with --data.`,
        };
      case 'ENOENT':
      case 'ENOTDIR':
      case 'EEXIST':
      case 'EROFS':
      case 'ENOSPC':
        return {
          exitCode: EXIT.CANNOT_CREATE,
          message: `The data directory ${directory} cannot be made or written (${code}): choose another with --data.`,
        };
      default:
    }
  }
  const { message } = error instanceof Error ? error : new Error(String(error));
  return { exitCode: EXIT.INTERNAL, message: `Millrace failed: ${message}` };
}

/** The error, what caused it, what caused that, and so on. */
function causesOf(error: unknown): NodeJS.ErrnoException[] {
  const causes: NodeJS.ErrnoException[] = [];
  for (let cause = error; cause instanceof Error && causes.length < 10; cause = cause.cause) {
    causes.push(cause);
  }
  return causes;
}
