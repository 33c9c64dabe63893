import { readFileSync } from 'node:fs';
import * as http from 'node:http';

export interface WatchdogOptions {
  readonly port: number;
  readonly pid: number;
  /** What the main thread may run while a question waits for its answer, ms of processor time. */
  readonly heldUpMsMax: number;
}

const INTERVAL_MS = 50;
/** Without an answer for so long the server waits for something that does not come, whatever else the machine does. */
const SILENCE_MS_MAX = 20_000;
const INPUTS_KEPT = 5;

/**
 * Asks a server all the time whether it is alive, and notes when it was held up: when its main thread ran for long before
 * it came to the answer. That time is counted in processor time, so that a machine that is busy elsewhere does not look
 * like a server that hangs, nor hides one that does.
 */
export class Watchdog {
  readonly #options: WatchdogOptions;
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  readonly #findings: string[] = [];
  readonly #running: Promise<void>;
  #inputs: string[] = [];
  #isStopped = false;
  #longestMs = 0;

  constructor(options: WatchdogOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** What the server was given, for findings. */
  note(input: string): void {
    this.#inputs.push(input);
    if (this.#inputs.length > INPUTS_KEPT) this.#inputs.shift();
  }

  /** The longest time the main thread ran before it answered, ms of processor time. */
  get longestMs(): number {
    return this.#longestMs;
  }

  /** Whether it has found something. */
  get hasFound(): boolean {
    return this.#findings.length > 0;
  }

  /** @returns what was found, after the question under way. */
  async stop(): Promise<readonly string[]> {
    this.#isStopped = true;
    await this.#running;
    this.#agent.destroy();
    return this.#findings;
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      this.#inputs = this.#inputs.slice(-1);
      const before = processorMs(this.#options.pid);
      const isAnswered = await this.#ask();
      const usedMs = processorMs(this.#options.pid) - before;
      this.#longestMs = Math.max(this.#longestMs, usedMs);
      if (!isAnswered) this.#find(`no answer for ${SILENCE_MS_MAX} ms`);
      else if (usedMs > this.#options.heldUpMsMax) this.#find(`held up for ${usedMs} ms`);
      await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
    }
  }

  #find(what: string): void {
    this.#findings.push(`${what} by one of ${JSON.stringify(this.#inputs)}`);
  }

  /** False when there is no answer for too long; a connection that breaks is an answer, of a server that ends. */
  #ask(): Promise<boolean> {
    return new Promise((resolve) => {
      const { port } = this.#options;
      const options = { port, path: '/chc/live', agent: this.#agent, timeout: SILENCE_MS_MAX };
      const request = http.get(options, (response) => {
        response.resume();
        response.on('close', () => resolve(true));
      });
      request.on('timeout', () => {
        request.destroy();
        resolve(false);
      });
      request.on('error', () => resolve(true));
    });
  }
}

const TICK_MS = 10;

/** How long the main thread of a process has run, ms; where the system does not tell, the time that has passed. */
function processorMs(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/stat`, 'utf8');
    // The name of the process, in parentheses, may have blanks.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch {
    return performance.now();
  }
}
