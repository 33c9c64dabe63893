import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import {
  BASELINE_PATH,
  REST_BASELINE_PATH,
  readBaseline,
  updateBaseline,
  writeBaseline,
} from './baseline.ts';
import { failureLines, passedCount, summaryLines, totalLines } from './report.ts';
import { readRestSuite, runRestSuite } from './rest/rest-suite.ts';
import { type CaseResult, readSuite, runSuite } from './suite.ts';

const USAGE = `npm run conformance -- --cases DIR [--kind query|rest] [--file NAME] [--name REGEX] [--json OUT]
    [--summary] [--update-baseline [--allow-shrink]]

Runs the cases of DIR/query, or of DIR/rest over HTTP, and prints what failed.
  --file NAME         only this file, with or without .json
  --name REGEX        only cases whose name matches
  --json OUT          also writes every outcome to the file OUT
  --summary           also prints how many passed of each file
  --update-baseline   adds what passes to the cases that must pass from now on
  --allow-shrink      and takes away what no longer passes`;

/** @returns the exit code: 0 when all passed, 1 when some failed, 2 for a command line that makes no sense. */
async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === null) return 2;
  const { cases: directory, file, kind } = options;
  const name = options.name === undefined ? undefined : new RegExp(options.name);
  const results =
    kind === 'query'
      ? await runSuite(await readSuite(directory, { kind, file, name }))
      : await runRestSuite(await readRestSuite(directory, { file, name }));
  if (options.json !== undefined) await writeFile(options.json, jsonOf(results));
  print(failureLines(results));
  if (options.summary === true) print(summaryLines(results));
  const shrunk = options['update-baseline'] === true && !(await update(results, options));
  print(totalLines(kind, results));
  return shrunk || passedCount(results) < results.length ? 1 : 0;
}

type Options = ReturnType<typeof parse>['values'] & {
  cases: string;
  kind: 'query' | 'rest';
};

function parseOptions(args: readonly string[]): Options | null {
  try {
    const { values } = parse(args);
    const { cases, kind = 'query' } = values;
    if (cases === undefined) throw new TypeError('--cases DIR is missing');
    if (kind !== 'query' && kind !== 'rest') {
      throw new TypeError(`--kind is ${kind}, expected query or rest`);
    }
    return { ...values, cases, kind };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    process.stderr.write(`${error.message}\n\n${USAGE}\n`);
    return null;
  }
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: {
      cases: { type: 'string' },
      kind: { type: 'string' },
      file: { type: 'string' },
      name: { type: 'string' },
      json: { type: 'string' },
      summary: { type: 'boolean' },
      'update-baseline': { type: 'boolean' },
      'allow-shrink': { type: 'boolean' },
    },
  });
}

function jsonOf(results: readonly CaseResult[]): string {
  const lines = results.map(({ id, outcome }) => JSON.stringify({ id, ...outcome }));
  return `[\n${lines.join(',\n')}\n]\n`;
}

/** @returns false when the baseline would lose cases and may not. */
async function update(results: readonly CaseResult[], options: Options): Promise<boolean> {
  const path = options.kind === 'query' ? BASELINE_PATH : REST_BASELINE_PATH;
  const { ids, added, dropped } = updateBaseline(await readBaseline(path), results);
  if (dropped.length > 0 && options['allow-shrink'] !== true) {
    print([
      `The baseline stays: ${dropped.length} of its cases no longer pass. Mend them, or say --allow-shrink.`,
      ...dropped.map((id) => `    ${id}`),
    ]);
    return false;
  }
  await writeBaseline(path, ids);
  print([`baseline: ${added.length} added, ${dropped.length} dropped, ${ids.length} now`]);
  return true;
}

function print(lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${line}\n`);
}

process.exitCode = await main(process.argv.slice(2));
