import type { QueryBatch, QueryResult } from '../src/engine.ts';
import type { Exchange } from './exchange.ts';
import type { TextSink } from './text-sink.ts';

/** Clients of the older shape are told at least this often that the server is still there. */
const IDLE_MS = 1_000;

/**
 * Puts what keys and values may be in front of the lines of a PRINT, and again whenever less is left of it: what the
 * older shape of PRINT has.
 */
export function withFormatLines(result: QueryResult): QueryResult {
  let key = '';
  let value = '';
  return {
    kind: result.kind,
    closable: result.closable,
    queryId: result.queryId,
    columns: result.columns,
    get finalMessage() {
      return result.finalMessage;
    },
    close: () => result.close(),
    async next(): Promise<QueryBatch | null> {
      const batch = await result.next();
      if (batch?.kind !== 'lines' || batch.formats === undefined) return batch;
      const lines: string[] = [];
      if (batch.formats.key !== key) lines.push(`Key format: ${batch.formats.key}`);
      if (batch.formats.value !== value) lines.push(`Value format: ${batch.formats.value}`);
      ({ key, value } = batch.formats);
      return { kind: 'lines', lines: [...lines, ...batch.lines] };
    },
  };
}

/** A sink that sends an empty line whenever nothing was sent for a second, until it is stopped. */
export class IdleLines implements TextSink {
  readonly #exchange: Exchange;
  readonly #timer: NodeJS.Timeout;
  #isIdle = true;
  #isBlocked = false;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
    this.#timer = setInterval(() => this.#look(), IDLE_MS);
  }

  write(text: string): true | Promise<boolean> {
    this.#isIdle = false;
    const flowing = this.#exchange.write(text);
    if (flowing === true) return true;
    this.#isBlocked = true;
    return flowing.finally(() => {
      this.#isBlocked = false;
    });
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    if (this.#isIdle && !this.#isBlocked) void this.write('\n');
    this.#isIdle = true;
  }
}
