// Hot path: once per row of a push query over a WebSocket or as events.
import type { QueryBatch, QueryResult } from '../src/engine.ts';
import { compileResultRow } from '../src/formats/result-json.ts';
import { formatType, type Row } from '../src/sql/types.ts';
import { onceForAll } from './once-for-all.ts';
import type { LastWords } from './slow-consumer.ts';
import { type TextSink, writeAll } from './text-sink.ts';
import { frameAll } from './wire.ts';

const TURN_MS_MAX = 2;

/** One piece of a batch: members of a JSON object, without its braces. */
export interface RowFrame {
  /** `"rows":[...]`, or `"lines":[...]` of PRINT, and `"deleted":[indexes]` of rows that are deletions. */
  readonly members: string;
  /** Behind these rows; null: none, or more of the same batch follows. */
  readonly token: string | null;
  /** More of the same batch follows: a token comes with the last piece. */
  readonly more: boolean;
}

/** The columns of a result as clients get them. */
export function columnsOf(result: QueryResult): { readonly name: string; readonly type: string }[] {
  return result.columns.map(({ name, type }) => ({ name, type: formatType(type) }));
}

/**
 * Moves a result to its client in pieces until the query has ended or the client is gone. A batch of many rows is several
 * pieces, of which the last has the continuation token.
 * @returns false when the client is gone.
 * @throws what `result.next` throws.
 */
export async function pumpFrames(
  result: QueryResult,
  sink: TextSink,
  { frame, chunkLength, sharedAs, lastWords, onSent = () => {} }: FrameOptions,
): Promise<boolean> {
  let compiled: ((row: Row) => string) | null = null;
  const formatRow = (row: Row): string => {
    compiled ??= compileResultRow(result.columns.map(({ type }) => type));
    return compiled(row);
  };
  let turnStart = performance.now();
  for (;;) {
    const batch = await result.next();
    if (batch === null) return true;
    const behind = result.continuation ?? null;
    const { wire } = sink;
    if (batch.kind === 'rows' && batch.isShared && wire) {
      const texts = (): string[] =>
        onceForAll(batch, `pieces of ${chunkLength}`, () => [
          ...piecesOf(batch, { chunkLength, formatRow }),
        ]).map(({ members, more }) => frame({ members, token: more ? null : behind, more }));
      const framed = onceForAll(batch, `${wire.name} ${sharedAs}`, () => frameAll(wire, texts()));
      let written = 0;
      lastWords?.begin(() => texts().slice(written));
      const onWritten = (count: number, isLast: boolean): void => {
        written = count;
        if (!isLast) return;
        lastWords?.end();
        onSent(behind);
      };
      if (!(await writeAll(sink, framed, onWritten))) return false;
      continue;
    }
    const pieces = piecesOf(batch, { chunkLength, formatRow });
    const textOf = ({ members, more }: Piece): string =>
      frame({ members, token: more ? null : behind, more });
    // What the loop has taken is not there any more; and it leaves the rest to others, which `for ... of` would end.
    lastWords?.begin(() => pieces.map(textOf));
    for (let next = pieces.next(); !next.done; next = pieces.next()) {
      const piece = next.value;
      const flowing = sink.write(textOf(piece));
      if (!piece.more) {
        lastWords?.end();
        onSent(behind);
      }
      if (flowing !== true && !(await flowing)) return false;
      if (performance.now() - turnStart < TURN_MS_MAX) continue;
      await new Promise(setImmediate);
      turnStart = performance.now();
    }
  }
}

/** How rows are put into frames. */
export interface FrameOptions {
  readonly frame: (frame: RowFrame) => string;
  /** Of a piece, about. */
  readonly chunkLength: number;
  /** Names what `frame` does, so that it is done once for all clients that are given the same rows. */
  readonly sharedAs: string;
  /** Told what is still to be sent. */
  readonly lastWords?: LastWords;
  /** Told what stands behind the rows that were sent so far. */
  readonly onSent?: (token: string | null) => void;
}

type Piece = Pick<RowFrame, 'members' | 'more'>;

function* piecesOf(
  batch: QueryBatch,
  options: { readonly chunkLength: number; readonly formatRow: (row: Row) => string },
): Generator<Piece> {
  const count = batch.kind === 'rows' ? batch.rows.length : batch.lines.length;
  for (let from = 0; from < count;) {
    const { members, end } = pieceOf(batch, { from, ...options });
    yield { members, more: end < count };
    from = end;
  }
}

function pieceOf(
  batch: QueryBatch,
  options: {
    readonly from: number;
    readonly chunkLength: number;
    readonly formatRow: (row: Row) => string;
  },
): { readonly members: string; readonly end: number } {
  const { from, chunkLength, formatRow } = options;
  const count = batch.kind === 'rows' ? batch.rows.length : batch.lines.length;
  const deleted: number[] = [];
  let text = '';
  let end = from;
  for (; end < count && (end === from || text.length < chunkLength); end++) {
    if (end > from) text += ',';
    if (batch.kind === 'lines') {
      text += JSON.stringify(batch.lines[end]);
      continue;
    }
    text += formatRow(batch.rows[end]!);
    if (batch.tombstones?.[end] === true) deleted.push(end - from);
  }
  const name = batch.kind === 'rows' ? 'rows' : 'lines';
  const deletions = deleted.length === 0 ? '' : `,"deleted":${JSON.stringify(deleted)}`;
  return { members: `"${name}":[${text}]${deletions}`, end };
}
