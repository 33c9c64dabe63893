import type { WriteStream } from 'node:tty';
import { setTimeout } from 'node:timers/promises';
import { FRAME_SIZE, progressFrame, progressLine } from './progress.ts';
import type { DemoProgress } from './run.ts';

/** Where the progress of the demo is shown. */
export interface Screen {
  /** How many days of flights there are between two calls of `show`, and how the figures call that. */
  readonly daysPerStep: number;
  readonly step: string;
  show(progress: DemoProgress): void | Promise<void>;
  /** Leaves the terminal as it was. */
  close(): void;
}

const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
const CLEAR_TO_END_OF_LINE = '\x1b[K';
/** Ninety frames then take less than 3 s longer than the work they show. */
const PAUSE_MS = 30;

/** The screen that fits the output: frames on a terminal that has room for them, else lines. */
export function screenFor(output: WriteStream, { fast }: { fast: boolean }): Screen {
  const { columns, rows } = FRAME_SIZE;
  const hasRoom = output.isTTY && output.columns >= columns && output.rows >= rows;
  return hasRoom ? new LiveScreen(output, fast ? 0 : PAUSE_MS) : new PlainScreen(output);
}

/** Draws a frame a day over the one before. */
class LiveScreen implements Screen {
  readonly daysPerStep = 1;
  readonly step = 'a day';
  readonly #output: WriteStream;
  readonly #pauseMs: number;
  #linesDrawn = 0;

  constructor(output: WriteStream, pauseMs: number) {
    this.#output = output;
    this.#pauseMs = pauseMs;
  }

  async show(progress: DemoProgress): Promise<void> {
    const lines = progressFrame(progress);
    const home = this.#linesDrawn === 0 ? HIDE_CURSOR : `\x1b[${this.#linesDrawn}A`;
    const text = lines.map((line) => line.slice(0, this.#output.columns) + CLEAR_TO_END_OF_LINE);
    this.#output.write(`${home}${text.join('\n')}\n`);
    this.#linesDrawn = lines.length;
    if (this.#pauseMs > 0) await setTimeout(this.#pauseMs);
  }

  close(): void {
    if (this.#linesDrawn > 0) this.#output.write(SHOW_CURSOR);
  }
}

/** Prints a line a week. */
class PlainScreen implements Screen {
  readonly daysPerStep = 7;
  readonly step = 'a week';
  readonly #output: NodeJS.WritableStream;

  constructor(output: NodeJS.WritableStream) {
    this.#output = output;
  }

  show(progress: DemoProgress): void {
    this.#output.write(`${progressLine(progress)}\n`);
  }

  close(): void {}
}
