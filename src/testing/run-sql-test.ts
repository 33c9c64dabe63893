import { parseStatement } from '../../grammar/parser.ts';
import type { Env } from '../base/env.ts';
import { DatabaseError, ERROR_CODES } from '../base/errors.ts';
import type { Source } from '../catalog/source.ts';
import { type Database, openDatabase } from '../database.ts';
import { SchemaCache } from '../formats/schema-cache.ts';
import type { FunctionDefinitions } from '../functions/known-functions.ts';
import type { Change } from '../operators/change.ts';
import { SourceReader } from '../runtime/source-reader.ts';
import { columnsOf } from '../sql/schema.ts';
import { AssertionFailure, checkRecord, checkSource, parseSqlAssertion } from './sql-assertion.ts';
import { type SqlStep, type SqlTest, SqlScriptError, stepsOf } from './sql-script.ts';

/** What a SQL test runs in. */
export interface SqlTestOptions {
  /** Empty, and the test's own: a database is opened in it. */
  readonly directory: string;
  readonly env: Env;
  readonly functions?: FunctionDefinitions;
  /** The text of the file a RUN SCRIPT names. */
  readScript(path: string): Promise<string>;
}

/** Queries begin at the first record and every change of a table is seen, unless the test says otherwise. */
const PROPERTIES = { 'auto.offset.reset': 'earliest', 'cache.max.bytes.buffering': '0' };

/** RUN SCRIPT in a script in a script ends here. */
const SCRIPT_DEPTH_MAX = 10;

/**
 * Runs one test of a SQL test file against a database of its own. After each statement all queries process what they
 * can, so rows reach them one by one in the order of the test.
 * @returns null when it passes, else why not, with the line.
 */
export async function runSqlTest(test: SqlTest, options: SqlTestOptions): Promise<string | null> {
  const { directory, env, functions } = options;
  const database = await openDatabase({
    directory,
    env,
    // Rows of tests have any time.
    properties: { 'millrace.max.future.ms': -1 },
    ...(functions && { functions }),
  });
  const run = new SqlTestRun(database, options);
  try {
    for (const step of test.steps) {
      const refusal = await run.step(step, 0);
      if (refusal !== null) return outcomeOf(refusal, step, test);
    }
  } catch (error) {
    if (isFailure(error)) return error.message;
    throw error;
  } finally {
    await database.close();
  }
  return test.expectsError ? `line ${test.line}: expected an error, but every statement ran` : null;
}

function isFailure(error: unknown): error is Error {
  return error instanceof AssertionFailure || error instanceof SqlScriptError;
}

function outcomeOf({ message }: Error, { line, sql }: SqlStep, test: SqlTest): string | null {
  const { expectsError, expectedMessage } = test;
  if (!expectsError) return `line ${line}: ${sql}\n${message}`;
  if (expectedMessage === null || message.includes(expectedMessage)) return null;
  return `line ${line}: expected an error with "${expectedMessage}", found: ${message}`;
}

class SqlTestRun {
  readonly #database: Database;
  readonly #schemas: SchemaCache;
  readonly #options: SqlTestOptions;
  #properties: Record<string, string> = { ...PROPERTIES };
  #variables: Record<string, string> = {};
  /** By source, how many of its records were asserted. */
  readonly #asserted = new Map<string, number>();

  constructor(database: Database, options: SqlTestOptions) {
    this.#database = database;
    this.#schemas = new SchemaCache(database.schemas);
    this.#options = options;
  }

  /**
   * Runs one statement.
   * @returns why the database refused it; null when it ran.
   * @throws AssertionFailure with the line, when an ASSERT does not hold.
   */
  async step(step: SqlStep, depth: number): Promise<Error | null> {
    try {
      await this.#run(step, depth);
      return null;
    } catch (error) {
      if (error instanceof AssertionFailure && !error.message.startsWith('line ')) {
        throw new AssertionFailure(`line ${step.line}: ${step.sql}\n${error.message}`, {
          cause: error,
        });
      }
      if (error instanceof DatabaseError && ERROR_CODES[error.code].blame === 'user') return error;
      throw error;
    }
  }

  async #run({ sql, line }: SqlStep, depth: number): Promise<void> {
    const path = /^RUN\s+SCRIPT\s+'((?:[^']|'')*)'\s*;$/i.exec(sql)?.[1];
    if (path !== undefined) return this.#runScript(path.replaceAll("''", "'"), line, depth);
    const assertion = parseSqlAssertion(sql);
    if (assertion?.kind === 'source') {
      return checkSource(assertion.node, this.#source(assertion.node.name.name));
    }
    if (assertion !== null) {
      const source = this.#source(assertion.node.target.name);
      const count = this.#asserted.get(source.name) ?? 0;
      const records = await this.#records(source);
      checkRecord(assertion, source, records[count] ?? null);
      this.#asserted.set(source.name, count + 1);
      return;
    }
    await this.#database.execute(sql, {
      properties: this.#properties,
      sessionVariables: this.#variables,
    });
    this.#remember(sql);
    await this.#database.settled();
  }

  async #runScript(path: string, line: number, depth: number): Promise<void> {
    if (depth >= SCRIPT_DEPTH_MAX) {
      throw new SqlScriptError(`line ${line}: scripts run each other more than ${depth} deep`);
    }
    for (const step of stepsOf(await this.#options.readScript(path), 1)) {
      const refusal = await this.step(step, depth + 1);
      if (refusal !== null) throw refusal;
    }
  }

  /** What a client keeps between requests. */
  #remember(sql: string): void {
    const word = /^(?:SET|UNSET|DEFINE|UNDEFINE)\b/i;
    if (!word.test(sql)) return;
    const { statement } = parseStatement(sql);
    switch (statement.kind) {
      case 'set':
        this.#properties = { ...this.#properties, [statement.property]: statement.value };
        return;
      case 'unset':
        this.#properties = without(this.#properties, statement.property);
        return;
      case 'define':
        this.#variables = { ...this.#variables, [statement.name.name]: statement.value };
        return;
      case 'undefine':
        this.#variables = without(this.#variables, statement.name.name);
        return;
      default:
    }
  }

  #source(name: string): Source {
    const source = this.#database.inside.catalog.source(name);
    if (source === null) throw new AssertionFailure(`there is no stream or table ${name}`);
    return source;
  }

  /** The records of the source's topic, partition by partition, with their own timestamps. */
  async #records(source: Source): Promise<Change[]> {
    const records: Change[] = [];
    for (const partition of this.#database.inside.log.topic(source.topic)?.partitions ?? []) {
      const reader = new SourceReader({
        source: { ...source, timestamp: null },
        partition,
        schemas: this.#schemas,
        pending: () => undefined,
        failsOnInvalidTime: false,
      });
      reader.need(columnsOf(source.schema).map(() => true));
      for (let offset = partition.startOffset; offset < partition.stableEndOffset;) {
        const { changes, nextOffset } = await reader.read(offset);
        records.push(...changes);
        offset = nextOffset;
      }
    }
    return records;
  }
}

function without(record: Record<string, string>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(record).filter(([each]) => each !== name));
}
