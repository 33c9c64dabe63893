import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import type { Message } from './child.ts';

const CHILD = join(import.meta.dirname, 'child.ts');
/** A process that is not ready, or a database that does not settle, within this time is stuck, however busy the machine. */
export const STUCK_MS = 120_000;
const UNREF = { ref: false };

/** A process under test. */
export interface Child {
  /** Resolves with true when the process says so, with false when it ends or takes too long before. */
  reached(message: Message): Promise<boolean>;
  readonly ended: Promise<void>;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** What it had to say, when it did not end by the kill; else null. */
  readonly endedByItself: string | null;
}

/** Starts the process under test; see `child.ts` for the arguments. */
export function startChild(argv: readonly string[]): Child {
  const child = fork(CHILD, argv, { execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let errors = '';
  child.stderr?.on('data', (bytes: Buffer) => (errors += bytes.toString()));
  const ended = once(child, 'close').then(() => {});
  const messages = new Map<string, PromiseWithResolvers<boolean>>();
  const awaited = (message: string): PromiseWithResolvers<boolean> => {
    const waiting = messages.get(message) ?? Promise.withResolvers<boolean>();
    messages.set(message, waiting);
    return waiting;
  };
  child.on('message', (message) => awaited(String(message)).resolve(true));
  return {
    reached: (message) =>
      Promise.race([
        awaited(message).promise,
        ended.then(() => false),
        after(STUCK_MS, false, UNREF),
      ]),
    ended,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    get endedByItself() {
      return ownEnd(child, errors);
    },
  };
}

function ownEnd({ exitCode, signalCode }: ChildProcess, errors: string): string | null {
  if (signalCode === 'SIGKILL' && errors === '') return null;
  return `exit code ${exitCode}, signal ${signalCode}, errors: ${errors}`;
}
