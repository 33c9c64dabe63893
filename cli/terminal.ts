import { createInterface, type Interface } from 'node:readline';
import type { Input, Output } from './command.ts';

/** What the user did at the prompt. */
export type TerminalEvent =
  | { readonly kind: 'line'; readonly text: string }
  /** Ctrl-C: what was typed is thrown away. */
  | { readonly kind: 'interrupt' }
  /** Ctrl-D or a closed terminal; comes again on every further read. */
  | { readonly kind: 'end' };

export interface TerminalOptions {
  readonly input: Input;
  readonly output: Output;
  /** Lines for the arrow keys, oldest first. */
  readonly history: readonly string[];
}

const LINE_COUNT_MAX = 1_000;

/** A prompt with line editing. Lines typed ahead wait for the next read. */
export class Terminal {
  readonly #output: Output;
  readonly #readline: Interface;
  readonly #typedAhead: TerminalEvent[] = [];
  #reader: ((event: TerminalEvent) => void) | null = null;
  #interruptible: AbortController | null = null;
  #closed = false;

  constructor({ input, output, history }: TerminalOptions) {
    this.#output = output;
    this.#readline = createInterface({
      input,
      output,
      terminal: true,
      // Readline wants the newest first.
      history: history.toReversed(),
      historySize: LINE_COUNT_MAX,
      removeHistoryDuplicates: true,
    });
    this.#readline.on('line', (text) => this.#receive({ kind: 'line', text }));
    this.#readline.on('SIGINT', () => this.#interrupt());
    this.#readline.on('close', () => {
      this.#closed = true;
      this.#interruptible?.abort();
      this.#receive({ kind: 'end' });
    });
  }

  /** Shows the prompt and waits; one read at a time. */
  read(prompt: string): Promise<TerminalEvent> {
    const next = this.#typedAhead.shift();
    if (next !== undefined) return Promise.resolve(next);
    if (this.#closed) return Promise.resolve({ kind: 'end' });
    this.#readline.setPrompt(prompt);
    this.#readline.prompt();
    return new Promise((resolve) => {
      this.#reader = resolve;
    });
  }

  /** Runs the work with a signal that Ctrl-C, or the end of the terminal, aborts. */
  async interruptible<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    this.#interruptible = new AbortController();
    if (this.#closed) this.#interruptible.abort();
    try {
      return await work(this.#interruptible.signal);
    } finally {
      this.#interruptible = null;
    }
  }

  /** Gives the terminal back; a waiting read gets the end. Idempotent. */
  close(): void {
    if (!this.#closed) this.#readline.close();
  }

  #receive(event: TerminalEvent): void {
    const reader = this.#reader;
    this.#reader = null;
    if (reader === null) this.#typedAhead.push(event);
    else reader(event);
  }

  #interrupt(): void {
    this.#output.write('^C\n');
    if (this.#interruptible !== null) {
      this.#typedAhead.length = 0;
      this.#interruptible.abort();
      return;
    }
    // Deletes to the end of the line, then to its start: readline would keep the text for the next prompt.
    this.#readline.write(null, { ctrl: true, name: 'k' });
    this.#readline.write(null, { ctrl: true, name: 'u' });
    this.#receive({ kind: 'interrupt' });
  }
}
