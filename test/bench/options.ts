import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** Everything the benchmark can measure. */
export const MEASURES = [
  'W1',
  'W2',
  'W6',
  'HOP',
  'SESSION',
  'FINAL',
  'UNDO',
  'FLAT',
  'W4',
  'W4S',
  'W4T',
  'W4F',
  'FORMAT',
  'PLAN',
  'WHERE',
  'LAT',
  'START',
  'W9',
] as const;
export type Measure = (typeof MEASURES)[number];

export interface Options {
  readonly only: ReadonlySet<Measure>;
  readonly events: number;
  readonly rounds: number;
  /** Where the figures go as JSON too. */
  readonly json: string | null;
  /** Data is kept below it while the benchmark runs. It should be on a real disk. */
  readonly directory: string;
}

export const USAGE = `npm run bench -- [options]
  --only W1,W2,...  of ${MEASURES.join(', ')}; default: all
  --events N        events of the workloads and of FLAT, keys of W9, at least 1000; default 1000000
  --rounds R        runs of each contender; default 3
  --json FILE       also writes the figures there
  --directory DIR   for the data, on a real disk; default: the system's temporary directory`;

const EVENTS_MIN = 1_000;

/**
 * The command line.
 * @throws Error that says what is wrong.
 */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', default: MEASURES.join(',') },
      events: { type: 'string', default: '1000000' },
      rounds: { type: 'string', default: '3' },
      json: { type: 'string' },
      directory: { type: 'string', default: tmpdir() },
    },
  });
  return {
    only: new Set(values.only.split(',').map(parseMeasure)),
    events: parseCount('--events', values.events, EVENTS_MIN),
    rounds: parseCount('--rounds', values.rounds, 1),
    json: values.json === undefined ? null : resolve(values.json),
    directory: resolve(values.directory),
  };
}

function parseMeasure(text: string): Measure {
  const found = MEASURES.find((measure) => measure === text.trim().toUpperCase());
  if (found !== undefined) return found;
  throw new Error(`--only takes names out of ${MEASURES.join(', ')}; found "${text}".`);
}

function parseCount(name: string, text: string, min: number): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count >= min) return count;
  throw new Error(`${name} takes an integer of at least ${min}; found "${text}".`);
}
