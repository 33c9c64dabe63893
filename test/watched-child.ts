import { type ChildProcess, fork, type Serializable } from 'node:child_process';
import { basename } from 'node:path';
import { HangReports, STUCK_MS } from './hang-report.ts';

const ERRORS_LENGTH_MAX = 4_000;

/** A process that answers messages, one at a time, or ends, or is stuck and then says where. */
export class WatchedChild<Answer> {
  readonly #name: string;
  readonly #reports: HangReports;
  readonly #process: ChildProcess;
  readonly #answers: Answer[] = [];
  readonly #closed: Promise<void>;
  #hasClosed = false;
  #wake: () => void = () => {};
  /** The end of what it wrote to standard error: it says there what it is about to do. */
  #errors = '';

  /** @param options.patienceMs see HangReports. */
  constructor(
    path: string,
    options: { readonly argv?: readonly string[]; readonly patienceMs?: number } = {},
  ) {
    this.#name = basename(path);
    this.#reports = new HangReports(options);
    this.#process = fork(path, options.argv ?? [], {
      execArgv: this.#reports.execArgv,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#process.stderr?.on('data', (bytes: Buffer) => {
      this.#errors = `${this.#errors}${bytes.toString()}`.slice(-ERRORS_LENGTH_MAX);
    });
    this.#process.on('message', (answer) => {
      this.#answers.push(answer as Answer);
      this.#wake();
    });
    // Whatever cannot be sent to it any more: that it ended is noticed.
    this.#process.on('error', () => {});
    // Comes after all of its messages.
    this.#closed = new Promise((resolve) => {
      this.#process.once('close', () => {
        this.#hasClosed = true;
        this.#reports.dispose();
        this.#wake();
        resolve();
      });
    });
  }

  /** Its exit code, or the signal that ended it. */
  get end(): string {
    const { exitCode, signalCode } = this.#process;
    return `${String(exitCode ?? signalCode)}`;
  }

  /**
   * What it answers to a command, or says next when none is given; null when it ended instead.
   * @throws Error when it takes too long, with all that can be found out about it; it is killed then.
   */
  async answer(command?: Serializable, timeoutMs = STUCK_MS): Promise<Answer | null> {
    if (command !== undefined && this.#process.connected) this.#process.send(command);
    const deadline = performance.now() + timeoutMs;
    while (this.#answers.length === 0 && !this.#hasClosed) {
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) throw await this.#stuck(command, timeoutMs);
      await this.#wakeAfter(leftMs);
    }
    return this.#answers.shift() ?? null;
  }

  #wakeAfter(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, delayMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #stuck(command: Serializable | undefined, timeoutMs: number): Promise<Error> {
    const explanation = await this.#reports.explain(
      this.#process.pid as number,
      () => this.#errors,
    );
    await this.kill();
    const asked = command === undefined ? '' : ` to ${JSON.stringify(command)}`;
    return new Error(
      `${this.#name} did not answer${asked} within ${timeoutMs} ms.\nIt said: ${this.#errors}\n${explanation}`,
    );
  }

  /** SIGKILL; resolves when the process is gone. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#closed;
  }
}
