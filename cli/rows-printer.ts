import type { QueryHeader } from '../src/api/client.ts';
import type { Output } from './command.ts';
import { write } from './output.ts';
import {
  formatCells,
  formatRow,
  formatRowsHeader,
  formatRowsRule,
  rowsLayout,
} from './render-rows.ts';
import { safeJson } from './text.ts';

/** A push query shows its columns after this long even when no row has come. */
const HEADER_WAIT_MS = 200;

/** Prints the answer of one SELECT as it comes. */
export interface RowsPrinter {
  header(header: QueryHeader): Promise<void>;
  /** @param lines rows as JSON arrays. */
  rows(lines: readonly string[]): Promise<void>;
  /** Called once, also after a failure. */
  end(): Promise<void>;
}

/** Prints the header object and then one JSON array per row, each on its line, as they were received. */
export class JsonPrinter implements RowsPrinter {
  readonly #output: Output;

  constructor(output: Output) {
    this.#output = output;
  }

  async header({ queryId, columnNames, columnTypes }: QueryHeader): Promise<void> {
    const json = JSON.stringify({ queryId, columnNames, columnTypes });
    await write(this.#output, `${safeJson(json)}\n`);
  }

  async rows(lines: readonly string[]): Promise<void> {
    await write(this.#output, lines.map((line) => `${safeJson(line)}\n`).join(''));
  }

  async end(): Promise<void> {}
}

/** Prints an aligned table; its columns are laid out when the first rows are there, or after a short wait. */
export class TablePrinter implements RowsPrinter {
  readonly #output: Output;
  readonly #endless: boolean;
  #header: QueryHeader | null = null;
  #widths: readonly number[] | null = null;
  #timer: NodeJS.Timeout | undefined;
  #rowCount = 0;

  constructor(output: Output, endless: boolean) {
    this.#output = output;
    this.#endless = endless;
  }

  async header(header: QueryHeader): Promise<void> {
    this.#header = header;
    this.#timer = setTimeout(() => this.#output.write(this.#layOut([])), HEADER_WAIT_MS);
  }

  async rows(lines: readonly string[]): Promise<void> {
    const cells = lines.map(formatCells);
    let text = this.#layOut(cells);
    for (const row of cells) text += formatRow(row, this.#widths ?? []);
    this.#rowCount += cells.length;
    await write(this.#output, text);
  }

  async end(): Promise<void> {
    if (this.#header === null) return;
    const head = this.#layOut([]);
    const count = this.#rowCount === 1 ? '1 row' : `${this.#rowCount} rows`;
    await write(this.#output, `${head}${formatRowsRule(this.#widths ?? [])}${count}\n`);
  }

  /** The header lines the first time, nothing later. */
  #layOut(first: readonly (readonly string[])[]): string {
    clearTimeout(this.#timer);
    if (this.#widths !== null || this.#header === null) return '';
    const { columnNames: names, columnTypes: types } = this.#header;
    this.#widths = rowsLayout({ names, types, first, endless: this.#endless });
    return formatRowsHeader(names, this.#widths);
  }
}
