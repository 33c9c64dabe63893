import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MillraceClient } from '../../src/api/client.ts';
import { READY, startMillrace } from '../cli/millrace-process.ts';
import { SeededRandom } from '../faults/random.ts';
import { SETUP } from './corpus.ts';
import type { Target } from './target.ts';
import { Watchdog } from './watchdog.ts';

export interface FuzzOptions {
  readonly target: Target;
  readonly seconds: number;
  readonly seed: number;
  /** When the server is held up for longer, in processor time, that is a finding. */
  readonly heldUpMsMax: number;
}

export interface FuzzReport {
  readonly attempts: number;
  /** The longest time the main thread ran before it answered somebody else, ms of processor time. */
  readonly heldUpMs: number;
  /** What was wrong, with the input that did it where that is known. */
  readonly findings: readonly string[];
}

const LEAK_MS_MAX = 5_000;
const FINDINGS_MAX = 10;
const LOG_ERROR = 50;

/** Gives a server of its own broken input for a while and watches that it neither dies, hangs, errs nor leaks. */
export async function fuzz({
  target,
  seconds,
  seed,
  heldUpMsMax,
}: FuzzOptions): Promise<FuzzReport> {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-fuzz-'));
  const argv = ['server', '--data', join(directory, 'data'), '--port', '0', '--log-level', 'warn'];
  const server = startMillrace(argv);
  const findings: string[] = [];
  let attempts = 0;
  let heldUpMs = 0;
  try {
    const [, url = ''] = await server.output(READY);
    const client = new MillraceClient(url);
    for (const statement of SETUP) await client.execute(statement);
    const random = new SeededRandom(seed);
    const port = Number(new URL(url).port);
    const watchdog = new Watchdog({ port, pid: server.pid, heldUpMsMax });
    const end = performance.now() + seconds * 1000;
    while (performance.now() < end && !watchdog.hasFound) {
      let input = '';
      const setInput = (text: string): void => {
        input = text;
        watchdog.note(text);
      };
      try {
        await target.attempt(port, random, setInput);
        attempts++;
      } catch (error) {
        findings.push(`${(error as Error).message}: ${JSON.stringify(input)}`);
        break;
      }
    }
    findings.push(...(await watchdog.stop()));
    heldUpMs = watchdog.longestMs;
    const leaked = await leakedQueries(url);
    if (leaked !== 0) findings.push(`${leaked} queries of clients are left over`);
    client.close();
    server.kill('SIGTERM');
  } catch (error) {
    findings.push(`the server does not answer: ${(error as Error).message}`);
    server.kill('SIGKILL');
  }
  const { exitCode, errors } = await server.ended;
  if (exitCode !== 0) findings.push(`the server ended with ${exitCode}`);
  findings.push(...errorsIn(errors));
  rmSync(directory, { recursive: true });
  return { attempts, heldUpMs, findings };
}

/** Queries of clients that still run although all clients are gone. */
async function leakedQueries(url: string): Promise<number> {
  const end = performance.now() + LEAK_MS_MAX;
  for (;;) {
    const text = await (await fetch(`${url}/metrics`)).text();
    const counts = [...text.matchAll(/^millrace_client_queries\{kind="\w+"\} (\d+)$/gm)];
    const count = counts.reduce((sum, [, digits]) => sum + Number(digits), 0);
    if (count === 0 || performance.now() > end) return count;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Errors of our own in the log; a query that fails on what it was given is none. */
function errorsIn(log: string): string[] {
  return log
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { level: number; msg: string; err?: { stack?: string } })
    .filter(({ level, msg }) => level >= LOG_ERROR && msg !== 'a query failed and was stopped')
    .slice(0, FINDINGS_MAX)
    .map(({ msg, err }) => `log: ${msg} ${err?.stack ?? ''}`);
}
