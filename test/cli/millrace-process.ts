import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';

/** The file behind the command `millrace` in a clone. */
export const MILLRACE = resolve(import.meta.dirname, '../../bin/millrace.js');

export interface Ended {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly output: string;
  readonly errors: string;
}

/** A `millrace` of its own. */
export interface MillraceProcess {
  readonly pid: number;
  /** Sends a signal; harmless when the process is gone. */
  kill(signal: NodeJS.Signals): void;
  /** Closes our end of its standard output, as `head` does. */
  closeOutput(): void;
  /** Resolves with the first match in what it wrote to standard output; rejects when it ends without. */
  output(pattern: RegExp): Promise<RegExpExecArray>;
  /** The same for standard error. */
  errors(pattern: RegExp): Promise<RegExpExecArray>;
  readonly ended: Promise<Ended>;
}

export interface StartOptions {
  /** The Node to run it with; ours unless given. */
  readonly node?: string;
  /** The file to run; that of the clone unless given. */
  readonly script?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

/** Starts `millrace` with the arguments, without any MILLRACE_ variable of ours. */
export function startMillrace(
  argv: readonly string[],
  { node = process.execPath, script = MILLRACE, environment = {}, stdin = '' }: StartOptions = {},
): MillraceProcess {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('MILLRACE_'));
  const child = spawn(node, [script, ...argv], {
    env: { ...Object.fromEntries(inherited), ...environment },
    stdio: 'pipe',
  });
  child.stdin.on('error', () => {});
  child.stdin.end(stdin);
  const text = { output: '', errors: '' };
  const checks = new Set<() => void>();
  const listen = (name: 'output' | 'errors', stream: NodeJS.ReadableStream): void => {
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      text[name] += chunk;
      for (const check of checks) check();
    });
  };
  listen('output', child.stdout);
  listen('errors', child.stderr);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, ...text }));
  });
  const find = (name: 'output' | 'errors', pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        const match = pattern.exec(text[name]);
        if (match === null) return;
        checks.delete(check);
        resolve(match);
      };
      checks.add(check);
      check();
      void ended.then(({ exitCode, output, errors }) =>
        reject(new Error(`ended with ${exitCode} before ${pattern}:\n${output}\n${errors}`)),
      );
    });
  return {
    pid: child.pid!,
    kill: (signal) => void child.kill(signal),
    closeOutput: () => void child.stdout.destroy(),
    output: (pattern) => find('output', pattern),
    errors: (pattern) => find('errors', pattern),
    ended,
  };
}

/** What a server says when it takes requests. */
export const READY = /^Millrace is ready on (http:\/\/\S+) \(data in (.+)\)$/m;

/** A path below the directory that nothing has made yet. */
export function newDataDirectory(directory: string): string {
  return join(directory, 'data');
}
