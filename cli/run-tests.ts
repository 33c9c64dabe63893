import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { nodeEnv } from '../src/base/env-node.ts';
import { addFunctions, type FunctionDefinitions } from '../src/functions/known-functions.ts';
import { CaseFormatError, caseOfRecords, parseRecords } from '../src/testing/json-case.ts';
import { runCase } from '../src/testing/run-case.ts';
import { runSqlTest } from '../src/testing/run-sql-test.ts';
import { parseSqlTests, SqlScriptError } from '../src/testing/sql-script.ts';
import type { Output } from './command.ts';
import { EXIT } from './exit-codes.ts';

/** A test of statements with records in files, as ksqlDB's test runner takes them. */
export interface RecordTest {
  readonly statements: string;
  /** Null when INSERT statements bring the records. */
  readonly input: string | null;
  readonly output: string;
}

/** Where results go. */
export interface TestOutputs {
  readonly output: Output;
  readonly errors: Output;
}

/**
 * Makes the functions of a module known: its exports `scalars`, `aggregates` and `tables`.
 * @returns what makes them unknown again.
 * @throws what importing it throws; DatabaseError when a name is taken.
 */
export async function loadFunctions(path: string): Promise<() => void> {
  const module = (await import(pathToFileURL(resolve(path)).href)) as FunctionDefinitions;
  return addFunctions(module);
}

/** Runs one test of statements and records; says how it went. @returns the exit code. */
export async function runRecordTest(test: RecordTest, to: TestOutputs): Promise<number> {
  try {
    const statements = await readFile(test.statements, 'utf8');
    const inputs =
      test.input === null ? [] : parseRecords(await readFile(test.input, 'utf8'), 'inputs');
    const outputs = parseRecords(await readFile(test.output, 'utf8'), 'outputs');
    const outcome = await runCase(caseOfRecords(statements, { inputs, outputs }));
    if (outcome.kind === 'passed') {
      to.output.write('Test passed!\n');
      return EXIT.OK;
    }
    to.errors.write(`Test failed: ${outcome.message}\n`);
    return EXIT.FAILED;
  } catch (error) {
    if (!(error instanceof CaseFormatError) && !isMissing(error)) throw error;
    to.errors.write(`${error.message}\n`);
    return EXIT.CONFIGURATION;
  }
}

/** Runs the SQL tests of files and folders, one after the other; says which failed. @returns the exit code. */
export async function runSqlTests(paths: readonly string[], to: TestOutputs): Promise<number> {
  let passed = 0;
  let failed = 0;
  try {
    const files = (await Promise.all(paths.map(sqlFiles))).flat();
    for (const file of files) {
      for (const test of parseSqlTests(await readFile(file, 'utf8'))) {
        const failure = await runInDirectory(file, test);
        if (failure === null) passed++;
        else failed++;
        if (failure !== null)
          to.output.write(`FAILED ${file} "${test.name}"\n${indented(failure)}`);
      }
    }
  } catch (error) {
    if (!(error instanceof SqlScriptError) && !isMissing(error)) throw error;
    to.errors.write(`${error.message}\n`);
    return EXIT.CONFIGURATION;
  }
  to.output.write(`${passed} of ${passed + failed} tests passed\n`);
  if (passed + failed === 0) {
    to.errors.write(
      `There are no tests in ${paths.join(', ')}: a test begins with --@test: name\n`,
    );
    return EXIT.CONFIGURATION;
  }
  return failed === 0 ? EXIT.OK : EXIT.FAILED;
}

async function runInDirectory(
  file: string,
  test: ReturnType<typeof parseSqlTests>[number],
): Promise<string | null> {
  const parent = await mkdtemp(join(tmpdir(), 'millrace-test-'));
  const directory = join(parent, 'data');
  await mkdir(directory);
  try {
    return await runSqlTest(test, {
      directory,
      env: nodeEnv(),
      readScript: async (path) => {
        try {
          return await readFile(resolve(dirname(file), path), 'utf8');
        } catch (error) {
          throw new SqlScriptError(`the script ${path} cannot be read`, { cause: error });
        }
      },
    });
  } finally {
    await rm(parent, { recursive: true });
  }
}

/** The file itself, or all files of a folder and those in it whose name ends in `.sql`, in alphabetical order. */
async function sqlFiles(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.sql'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function isMissing(error: unknown): error is NodeJS.ErrnoException {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'ENOENT' || error.code === 'EISDIR')
  );
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `    ${line}\n`)
    .join('');
}
