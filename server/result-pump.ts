// Hot path: once per row of a result.
import type { QueryBatch, QueryColumn, QueryResult } from '../src/engine.ts';
import { compileResultRow } from '../src/formats/result-json.ts';
import type { Row } from '../src/sql/types.ts';
import { onceForAll } from './once-for-all.ts';
import type { LastWords } from './slow-consumer.ts';
import { type TextSink, writeAll } from './text-sink.ts';
import { frameAll } from './wire.ts';

/** How the rows or lines of one result become text. */
export interface PumpOptions {
  /** The text of one row, given as a JSON array; null when such a row is not sent. */
  readonly row: (columns: string, tombstone: boolean) => string | null;
  /** Compiles what makes a row the text that `row` is given; default: a JSON array. */
  readonly compileRow?: ((columns: readonly QueryColumn[]) => (row: Row) => string) | undefined;
  readonly line: (line: string) => string;
  /** Texts of one batch are joined until they are this long; 0: each is a write of its own. */
  readonly chunkLength: number;
  /** Names what `row` and `compileRow` do, so that it is done once for all clients that are given the same rows. */
  readonly sharedAs?: string | undefined;
  /** Told what is still to be sent. */
  readonly lastWords?: LastWords | undefined;
}

const TURN_MS_MAX = 2;

/** Pull queries of one plan share their columns, and what was compiled for them. */
const rowFormats = new WeakMap<readonly QueryColumn[], (row: Row) => string>();

/** What makes rows of these columns JSON arrays. */
export function rowFormatOf(columns: readonly QueryColumn[]): (row: Row) => string {
  let format = rowFormats.get(columns);
  if (format === undefined) {
    format = compileResultRow(columns.map((column) => column.type));
    rowFormats.set(columns, format);
  }
  return format;
}

/**
 * Moves a result to its client until the query has ended or the client is gone. The query is asked
 * for more only while the client keeps up, so that what a slow client has not read stays in the
 * log; a client that keeps up with anything is stopped every few milliseconds for the sake of
 * others.
 * @returns false when the client is gone.
 * @throws what `result.next` throws.
 */
export async function pumpResult(
  result: QueryResult,
  sink: TextSink,
  options: PumpOptions,
): Promise<boolean> {
  let compiled: ((row: Row) => string) | null = null;
  const formatRow = (row: Row): string => {
    compiled ??= options.compileRow?.(result.columns) ?? rowFormatOf(result.columns);
    return compiled(row);
  };
  let turnStart = performance.now();
  for (;;) {
    const batch = await result.next();
    if (batch === null) return true;
    const { lastWords } = options;
    const { wire } = sink;
    if (batch.kind === 'rows' && batch.isShared && options.sharedAs !== undefined && wire) {
      const texts = (): string[] => textsOf(batch, formatRow, options.row);
      const framed = onceForAll(batch, `${wire.name} ${options.sharedAs}`, () =>
        frameAll(wire, texts()),
      );
      let written = 0;
      lastWords?.begin(() => texts().slice(written));
      const onWritten = (count: number, isLast: boolean): void => {
        written = count;
        if (isLast) lastWords?.end();
      };
      if (!(await writeAll(sink, framed, onWritten))) return false;
      continue;
    }
    const last = (batch.kind === 'rows' ? batch.rows.length : batch.lines.length) - 1;
    const textOf = (index: number): string | null =>
      batch.kind === 'rows'
        ? options.row(formatRow(batch.rows[index]!), batch.tombstones?.[index] ?? false)
        : options.line(batch.lines[index]!);
    let written = -1;
    lastWords?.begin(function* () {
      for (let index = written + 1; index <= last; index++) {
        const text = textOf(index);
        if (text !== null) yield text;
      }
    });
    let chunk = '';
    for (let i = 0; i <= last; i++) {
      const text = textOf(i);
      if (text !== null) chunk += text;
      if (chunk === '' && i === last) lastWords?.end();
      if (chunk === '' || (chunk.length < options.chunkLength && i < last)) continue;
      const flowing = sink.write(chunk);
      if (i === last) lastWords?.end();
      if (flowing !== true) {
        written = i;
        if (!(await flowing)) return false;
      }
      chunk = '';
      if (performance.now() - turnStart < TURN_MS_MAX) continue;
      await new Promise(setImmediate);
      turnStart = performance.now();
    }
  }
}

function textsOf(
  { rows, tombstones }: QueryBatch & { kind: 'rows' },
  formatRow: (row: Row) => string,
  show: PumpOptions['row'],
): string[] {
  return rows.flatMap((row, index) => show(formatRow(row), tombstones?.[index] ?? false) ?? []);
}
