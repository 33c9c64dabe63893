import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parseStatement } from '../../grammar/parser.ts';
import { nodeEnv } from '../../src/base/env-node.ts';
import type { Env } from '../../src/base/env.ts';
import { DatabaseError, ERROR_CODES } from '../../src/base/errors.ts';
import { type Database, type DatabaseOptions, openDatabase } from '../../src/database.ts';
import { compileResultRow } from '../../src/formats/result-json.ts';
import { checkRecord, checkSource } from '../../src/testing/sql-assertion.ts';
import { type Assertion, parseAssertion } from './assertion.ts';
import { type Directive, rowTexts, type Section, type Step } from './script.ts';
import { readSources, type SourceRecords } from './topic-records.ts';

/** Queries begin at the first record and every change of a table is seen, unless a test says otherwise. */
const DEFAULT_PROPERTIES = {
  'auto.offset.reset': 'earliest',
  'cache.max.bytes.buffering': '0',
};

/**
 * Runs one test of a script against a database of its own. After each statement all queries process what they can,
 * so rows reach them one by one in the order of the script.
 * @throws Error with the line and the statement that did not do what the script says.
 */
export async function runSection(section: Section): Promise<void> {
  const parent = await mkdtemp(join(tmpdir(), 'millrace-sql-'));
  const directory = join(parent, 'data');
  await mkdir(directory);
  const run = await Run.open(directory);
  try {
    for (const step of section.steps) await runStep(run, step);
  } finally {
    await run.close();
    await rm(parent, { recursive: true });
  }
}

async function runStep(run: Run, step: Step): Promise<void> {
  try {
    await run.step(step);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`line ${step.line}: ${step.sql}\n${message}`, { cause: error });
  }
}

/** Rows of tests have any time. */
function optionsOf(directory: string, env: Env): DatabaseOptions {
  return { directory, env, properties: { 'millrace.max.future.ms': -1 } };
}

class Run {
  readonly #directory: string;
  readonly #env: Env;
  readonly #clock: { now: number };
  #database: Database;
  #properties: Record<string, string> = { ...DEFAULT_PROPERTIES };
  /** What stands on disk; null after a statement that may have changed it. */
  #sources: ReadonlyMap<string, SourceRecords> | null = null;
  /** By source, how many of its records were asserted. */
  readonly #asserted = new Map<string, number>();

  static async open(directory: string): Promise<Run> {
    const clock = { now: 0 };
    const real = nodeEnv();
    const env: Env = { ...real, clock: { ...real.clock, now: () => clock.now } };
    return new Run(directory, env, clock, await openDatabase(optionsOf(directory, env)));
  }

  private constructor(directory: string, env: Env, clock: { now: number }, database: Database) {
    this.#directory = directory;
    this.#env = env;
    this.#clock = clock;
    this.#database = database;
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  async step({ directives, sql }: Step): Promise<void> {
    for (const directive of directives) await this.#prepare(directive);
    const assertion = parseAssertion(sql);
    if (assertion !== null) return this.#assert(assertion);
    const refusal = directives.find(({ name }) => name === 'expect.error');
    const rows = directives.find(({ name }) => name.startsWith('rows'));
    if (refusal !== undefined) return this.#expectRefusal(sql, refusal.argument);
    if (/^SELECT\b/i.test(sql)) return this.#expectRows(sql, rows);
    if (rows !== undefined) throw new Error('only a SELECT has rows');
    if (/^(?:UN)?SET\b/i.test(sql)) return this.#set(sql);
    await this.#database.execute(sql, { properties: this.#properties });
    await this.#database.settled();
    this.#sources = null;
  }

  async #prepare({ name, argument }: Directive): Promise<void> {
    if (name === 'clock') this.#clock.now = Number(argument);
    if (name !== 'restart') return;
    await this.#database.close();
    this.#database = await openDatabase(optionsOf(this.#directory, this.#env));
    await this.#database.settled();
    this.#sources = null;
  }

  async #set(sql: string): Promise<void> {
    await this.#database.execute(sql, { properties: this.#properties });
    const { statement } = parseStatement(sql);
    if (statement.kind === 'set') this.#properties[statement.property] = statement.value;
    else if (statement.kind === 'unset') delete this.#properties[statement.property];
  }

  async #assert(assertion: Assertion): Promise<void> {
    this.#sources ??= await readSources(this.#directory);
    const found = this.#sources.get(nameIn(assertion));
    if (found === undefined) throw new Error(`there is no source ${nameIn(assertion)}`);
    const { source, records } = found;
    if (assertion.kind === 'source') return checkSource(assertion.node, source);
    const asserted = this.#asserted.get(source.name) ?? 0;
    const record = records[asserted] ?? null;
    if (assertion.kind !== 'end') {
      this.#asserted.set(source.name, asserted + 1);
      return checkRecord(assertion, source, record);
    }
    if (record === null) return;
    const row = JSON.stringify(record.after ?? record.key, bigintsAsText);
    const more = records.length - asserted;
    throw new Error(
      `${source.name} has ${more} more records, the first is ${row} at ${record.time}`,
    );
  }

  async #expectRows(sql: string, directive: Directive | undefined): Promise<void> {
    if (directive === undefined) throw new Error('a SELECT needs --@rows in front of it');
    const expected = rowTexts(directive.argument);
    const found = await this.#select(sql);
    if (directive.name === 'rows.unordered') {
      expected.sort();
      found.sort();
    }
    expectEqual(expected, found);
  }

  /** The rows as texts; a deletion is `{"tombstone":[...]}`. */
  async #select(sql: string): Promise<string[]> {
    const result = await this.#database.query(sql, { properties: this.#properties });
    const print = compileResultRow(result.columns.map(({ type }) => type));
    const texts: string[] = [];
    for (let batch = await result.next(); batch !== null; batch = await result.next()) {
      if (batch.kind !== 'rows') throw new Error('a SELECT gives rows');
      const { rows, tombstones } = batch;
      for (const [index, row] of rows.entries()) {
        const text = print(row);
        texts.push(tombstones?.[index] === true ? `{"tombstone":${text}}` : text);
      }
    }
    return texts;
  }

  async #expectRefusal(sql: string, text: string): Promise<void> {
    if (text === '') throw new Error('--@expect.error needs a part of the message');
    let done = 'it was carried out';
    try {
      if (/^SELECT\b/i.test(sql)) done = `it gave ${(await this.#select(sql)).join()}`;
      else await this.#database.execute(sql, { properties: this.#properties });
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      if (ERROR_CODES[error.code].blame !== 'user') throw error;
      if (error.message.includes(text)) return;
      throw new Error(`expected an error with "${text}", found: ${error.message}`, {
        cause: error,
      });
    }
    throw new Error(`expected an error with "${text}", but ${done}`);
  }
}

function nameIn(assertion: Assertion): string {
  switch (assertion.kind) {
    case 'end':
      return assertion.name;
    case 'source':
      return assertion.node.name.name;
    default:
      return assertion.node.target.name;
  }
}

function expectEqual(expected: unknown, found: unknown): void {
  if (isDeepStrictEqual(expected, found)) return;
  throw new Error(`expected ${JSON.stringify(expected)}\nfound    ${JSON.stringify(found)}`);
}

function bigintsAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
