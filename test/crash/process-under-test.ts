import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { HangReports, STUCK_MS } from '../hang-report.ts';
import type { Message } from './child.ts';

const CHILD = join(import.meta.dirname, 'child.ts');
const UNREF = { ref: false };

/** A process under test. */
export interface Child {
  /** Resolves with true when the process says so, with false when it ends or takes too long before. */
  reached(message: Message): Promise<boolean>;
  readonly ended: Promise<void>;
  /** The last thing it said, and what it is doing; null when it has ended. */
  explain(): Promise<string | null>;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** What it had to say, when it did not end by the kill; else null. */
  readonly endedByItself: string | null;
}

/** Starts the process under test; see `child.ts` for the arguments. */
export function startChild(argv: readonly string[]): Child {
  const reports = new HangReports();
  const child = fork(CHILD, argv, {
    execArgv: reports.execArgv,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let errors = '';
  let said = 'nothing';
  child.stderr?.on('data', (bytes: Buffer) => (errors += bytes.toString()));
  const ended = once(child, 'close').then(() => reports.dispose());
  const messages = new Map<string, PromiseWithResolvers<boolean>>();
  const awaited = (message: string): PromiseWithResolvers<boolean> => {
    const waiting = messages.get(message) ?? Promise.withResolvers<boolean>();
    messages.set(message, waiting);
    return waiting;
  };
  child.on('message', (message) => {
    said = String(message);
    awaited(said).resolve(true);
  });
  return {
    reached: (message) =>
      Promise.race([
        awaited(message).promise,
        ended.then(() => false),
        after(STUCK_MS, false, UNREF),
      ]),
    ended,
    async explain() {
      if (child.exitCode !== null || child.signalCode !== null) return null;
      const explanation = await reports.explain(child.pid as number, () => errors);
      return `it last said ${said}\n${explanation}`;
    },
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
