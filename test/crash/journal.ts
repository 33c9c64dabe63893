import { existsSync, openSync, readFileSync, writeSync } from 'node:fs';

/**
 * What the process under test did, written before and after each act to a file of its life. What `write` has put
 * there survives the process; the file of the process that is killed may end in half a line.
 */
export type Entry =
  /** Everything was dropped; what follows begins anew. */
  | { readonly act: 'cleared' }
  /** A row of EVENTS is about to be sent; and: was acknowledged. */
  | { readonly act: 'row'; readonly phase: Phase; readonly id: string }
  /** A source that comes and goes. `generation` tells the streams of one name apart. */
  | { readonly act: 'create'; readonly phase: Phase; readonly name: string; generation: string }
  | { readonly act: 'drop'; readonly phase: Phase; readonly name: string }
  /** A row of a plain stream. */
  | {
      readonly act: 'plainRow';
      readonly phase: Phase;
      readonly name: string;
      readonly generation: string;
      readonly number: number;
    }
  /** A record of a topic below SQL; `number` is its place. Of LATEST, or of a weak topic. */
  | { readonly act: 'raw'; readonly phase: Phase; readonly topic: string; readonly number: number }
  /** An offset of the consumer group. */
  | { readonly act: 'group'; readonly phase: Phase; readonly offset: number }
  /** What a client of a push query was shown of a stream. */
  | { readonly act: 'saw'; readonly stream: string; readonly rows: readonly SeenRow[] }
  /** What a client of a pull query was shown: rows counted by all groups of PER_TAG together. */
  | { readonly act: 'counted'; readonly count: number };

export type SeenRow = readonly [partition: number, offset: number, id: string];

export type Phase = 'attempted' | 'acknowledged';

/** Appends to the journal of one life. */
export class JournalWriter {
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, 'a');
  }

  /** On return the entries belong to the operating system: a kill does not take them back. */
  write(...entries: readonly Entry[]): void {
    writeSync(this.#file, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  }
}

/**
 * The complete entries of a journal; none if its process died before it began one. A line cut short by the kill never
 * returned to its writer.
 */
export function readJournal(path: string): Entry[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.slice(0, -1).map((line) => JSON.parse(line) as Entry);
}
