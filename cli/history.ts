import { appendFileSync, chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';

/** Lines kept; the file may hold twice as many before it is cut. */
const LINE_COUNT_MAX = 1_000;
/** Statements may hold secrets: nobody else may read them. */
const FILE_MODE = 0o600;

/** The lines typed into the shell, oldest first, kept in a file. */
export class History {
  readonly #path: string;
  #lines: string[] = [];

  /** @throws Node's error when the file exists and cannot be read and written. */
  constructor(path: string) {
    this.#path = path;
    if (!existsSync(path)) return;
    chmodSync(path, FILE_MODE);
    const lines = readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
    this.#lines = lines.slice(-LINE_COUNT_MAX);
    if (lines.length > 2 * LINE_COUNT_MAX) this.#rewrite();
  }

  /** At most the newest 1,000. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /**
   * Adds a line unless it is blank or repeats the last one.
   * @throws Node's error when the file cannot be written.
   */
  add(line: string): void {
    if (line.trim() === '' || line === this.#lines.at(-1)) return;
    this.#lines.push(line);
    if (this.#lines.length > LINE_COUNT_MAX) this.#lines.shift();
    appendFileSync(this.#path, `${line}\n`, { mode: FILE_MODE });
  }

  #rewrite(): void {
    writeFileSync(this.#path, `${this.#lines.join('\n')}\n`, { mode: FILE_MODE });
  }
}
