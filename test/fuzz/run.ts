import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MillraceClient } from '../../src/api/client.ts';
import { READY, startMillrace } from '../cli/millrace-process.ts';
import { SeededRandom } from '../faults/random.ts';
import { SETUP } from './corpus.ts';
import type { Target } from './target.ts';

export interface FuzzOptions {
  readonly target: Target;
  readonly seconds: number;
  readonly seed: number;
  /** An answer that takes longer, three times in a row, is a finding. */
  readonly answerMsMax: number;
}

export interface FuzzReport {
  readonly attempts: number;
  readonly slowestMs: number;
  /** What was wrong, with the input that did it where that is known. */
  readonly findings: readonly string[];
}

const LEAK_MS_MAX = 5_000;
const FINDINGS_MAX = 10;
const TRIES = 3;
const LOG_ERROR = 50;

/** Gives a server of its own broken input for a while and watches that it neither dies, hangs, errs nor leaks. */
export async function fuzz({
  target,
  seconds,
  seed,
  answerMsMax,
}: FuzzOptions): Promise<FuzzReport> {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-fuzz-'));
  const argv = ['server', '--data', join(directory, 'data'), '--port', '0', '--log-level', 'warn'];
  const server = startMillrace(argv);
  const findings: string[] = [];
  let attempts = 0;
  let slowestMs = 0;
  try {
    const [, url = ''] = await server.output(READY);
    const client = new MillraceClient(url);
    for (const statement of SETUP) await client.execute(statement);
    const seeds = new SeededRandom(seed);
    const port = Number(new URL(url).port);
    const end = performance.now() + seconds * 1000;
    while (performance.now() < end && findings.length < FINDINGS_MAX) {
      let input = '';
      const inputSeed = seeds.below(2 ** 31);
      const attempt = async (): Promise<number> => {
        const start = performance.now();
        const random = new SeededRandom(inputSeed);
        await target.attempt(port, random, (text) => (input = text));
        return performance.now() - start;
      };
      try {
        let took = await attempt();
        // A machine that was busy elsewhere is quicker the next time, an input that is hard is not.
        for (let i = 1; i < TRIES && took > answerMsMax; i++)
          took = Math.min(took, await attempt());
        slowestMs = Math.max(slowestMs, took);
        attempts++;
        if (took > answerMsMax) {
          findings.push(`took ${took.toFixed(0)} ms each time: ${JSON.stringify(input)}`);
        }
      } catch (error) {
        findings.push(`${(error as Error).message}: ${JSON.stringify(input)}`);
        break;
      }
    }
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
  return { attempts, slowestMs, findings };
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
