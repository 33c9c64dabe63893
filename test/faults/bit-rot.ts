import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join, relative } from 'node:path';
import { type Database, openDatabase } from '../../src/database.ts';
import { WatchedChild } from '../watched-child.ts';
import type { SeededRandom } from './random.ts';
import { rowsOf } from './workload.ts';

/** What became of one damaged file. */
export interface RotTrial {
  /** Of the damaged file, within the data directory. */
  readonly file: string;
  readonly damage: string;
  /** What the database said of it; null when it said nothing. */
  readonly detected: string | null;
  /** Queries whose answer was wrong although the database said nothing; null for none. */
  readonly wrong: string | null;
}

/** What a process says of a data directory: its answers, or null when it did not open; and what it logged. */
export interface RotAnswer {
  readonly answers: readonly string[] | null;
  readonly said: readonly string[];
}

const DEFINITIONS = `
  CREATE STREAM S (K STRING KEY, ID INT, V INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=2);
  CREATE STREAM BIG AS SELECT * FROM S WHERE V > 50;
  CREATE TABLE TOTALS AS SELECT K, COUNT(*) AS N, SUM(V) AS TOTAL FROM S GROUP BY K;
`;
const QUERIES = ['SELECT * FROM S;', 'SELECT * FROM BIG;', 'SELECT * FROM TOTALS;'] as const;
const ROWS = 300;
const PROPERTIES = { 'auto.offset.reset': 'earliest' };

/** A data directory with rows and results, as a kill left it, and what it answers. */
export class RotSubject {
  readonly #directory: string;
  readonly #answers: readonly string[];
  #child: WatchedChild<RotAnswer> | null = null;

  private constructor(directory: string, answers: readonly string[]) {
    this.#directory = directory;
    this.#answers = answers;
  }

  static async create(): Promise<RotSubject> {
    const directory = await temporaryDirectory();
    // The first life ends in table files of the store; of the second, which is killed, only its log tells.
    const first = await openDatabase({ directory });
    await first.execute(DEFINITIONS, { properties: PROPERTIES });
    await load(first, 0);
    await first.close();
    const second = await openDatabase({ directory });
    await load(second, ROWS / 2);
    const answers = await answersOf(second);
    const killed = await temporaryDirectory();
    await cp(directory, killed, { recursive: true });
    await second.close();
    await rm(directory, { recursive: true });
    return new RotSubject(killed, answers);
  }

  /** Files by kind: the part of the directory they are in and their ending. */
  async files(): Promise<ReadonlyMap<string, readonly string[]>> {
    const entries = await readdir(this.#directory, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile() && entry.name !== 'LOCK' && !entry.name.startsWith('LOG'))
      .map((entry) => relative(this.#directory, join(entry.parentPath, entry.name)));
    return Map.groupBy(paths, (path) => {
      const [part = ''] = path.split('/');
      return `${part} ${extname(path) || path.split('/').at(-1)?.replace(/-\d+$/, '')}`;
    });
  }

  /** Damages a copy and asks it everything. */
  async trial(file: string, random: SeededRandom): Promise<RotTrial> {
    const copy = await temporaryDirectory();
    try {
      await cp(this.#directory, copy, { recursive: true });
      const damage = await damageFile(join(copy, file), random);
      const { answers, said } = await this.#ask(copy);
      const detected = said.length === 0 ? null : said.join('; ');
      const different = QUERIES.filter((_, index) => answers?.[index] !== this.#answers[index]);
      const wrong = answers === null || different.length === 0 ? null : different.join(' ');
      return { file, damage, detected, wrong };
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
  }

  /** In a process of its own: LevelDB ends it when an index block makes no sense. */
  async #ask(directory: string): Promise<RotAnswer> {
    const child = (this.#child ??= new WatchedChild(join(import.meta.dirname, 'bit-rot-child.ts')));
    const answer = await child.answer(directory);
    if (answer !== null) return answer;
    this.#child = null;
    return { answers: null, said: [`the process ended: ${child.end}`] };
  }

  async dispose(): Promise<void> {
    await this.#child?.kill();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

function temporaryDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'millrace-rot-'));
}

async function load(database: Database, from: number): Promise<void> {
  const inserts = Array.from({ length: ROWS / 2 }, (_, index) => {
    const id = from + index;
    return `INSERT INTO S (K, ID, V) VALUES ('key${id % 37}', ${id}, ${(id * 7919) % 100});`;
  });
  // Several ticks.
  for (let at = 0; at < inserts.length; at += 25) {
    await database.execute(inserts.slice(at, at + 25).join('\n'));
    await database.settled();
  }
}

/** What the database answers to everything, as text; a query it refuses is an answer as well. */
export async function answersOf(database: Database): Promise<string[]> {
  await database.settled();
  const answers: string[] = [];
  for (const sql of QUERIES) {
    const rows = await rowsOf(database, sql);
    const texts = rows.map((row) => JSON.stringify(row));
    answers.push(texts.sort().join('\n'));
  }
  return answers;
}

/** Flips a bit, zeroes a sector's worth, or cuts the file. */
async function damageFile(path: string, random: SeededRandom): Promise<string> {
  const bytes = await readFile(path);
  const at = random.below(Math.max(1, bytes.length));
  const kind = bytes.length === 0 ? 2 : random.below(3);
  if (kind === 0) {
    const bit = random.below(8);
    bytes[at] = (bytes[at] as number) ^ (1 << bit);
    await writeFile(path, bytes);
    return `bit ${bit} of byte ${at} flipped`;
  }
  if (kind === 1) {
    const end = Math.min(bytes.length, at + 512);
    bytes.fill(0, at, end);
    await writeFile(path, bytes);
    return `bytes ${at} to ${end} zeroed`;
  }
  await writeFile(path, bytes.subarray(0, at));
  return `cut to ${at} of ${bytes.length} bytes`;
}
