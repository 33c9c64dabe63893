import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addFunctions } from '../../src/functions/known-functions.ts';
import { caseFunctions } from './functions.ts';
import { parseCases, type TestCase } from '../../src/testing/json-case.ts';
import type { Outcome } from '../../src/testing/outcome.ts';
import { runCase } from '../../src/testing/run-case.ts';

/** A case and where it comes from. */
export interface NamedCase<T extends { readonly name: string } = TestCase> {
  /** Its file, without folder and ending. */
  readonly file: string;
  /** `file - name`, and which one of several of that name. */
  readonly id: string;
  readonly testCase: T;
}

/** A case and what became of it. */
export interface CaseResult {
  readonly file: string;
  readonly id: string;
  readonly outcome: Outcome;
}

/** Which cases to run; what is not given does not restrict. */
export interface Selection {
  readonly file?: string | undefined;
  /** Matched anywhere in the name. */
  readonly name?: RegExp | undefined;
  readonly ids?: ReadonlySet<string> | undefined;
}

/**
 * The selected cases of a folder: files in alphabetical order, their cases as they stand there.
 * @param directory the folder with the folder `kind`.
 * @throws CaseFormatError when a file holds no cases; ENOENT when there is no such folder.
 */
export async function readSuite(
  directory: string,
  selection: Selection & { kind: 'query' },
): Promise<NamedCase[]> {
  return readCases(directory, { ...selection, parse: parseCases });
}

/** The same for cases of any form. */
export async function readCases<T extends { readonly name: string }>(
  directory: string,
  { kind, parse, ...selection }: Selection & { kind: string; parse(text: string): T[] },
): Promise<NamedCase<T>[]> {
  const folder = join(directory, kind);
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  const cases: NamedCase<T>[] = [];
  for (const name of files) {
    const file = name.slice(0, -'.json'.length);
    if (selection.file !== undefined && selection.file !== file && selection.file !== name)
      continue;
    cases.push(...namedCases(file, parse(await readFile(join(folder, name), 'utf8'))));
  }
  return cases.filter(
    ({ id, testCase }) =>
      (selection.name === undefined || selection.name.test(testCase.name)) &&
      (selection.ids === undefined || selection.ids.has(id)),
  );
}

/** Gives every case an id of its own. */
export function namedCases<T extends { readonly name: string }>(
  file: string,
  cases: readonly T[],
): NamedCase<T>[] {
  const counts = new Map<string, number>();
  return cases.map((testCase) => {
    const count = (counts.get(testCase.name) ?? 0) + 1;
    counts.set(testCase.name, count);
    const id = `${file} - ${testCase.name}${count === 1 ? '' : ` (${count})`}`;
    return { file, id, testCase };
  });
}

/** Runs the cases one after the other. */
export async function runSuite(cases: readonly NamedCase[]): Promise<CaseResult[]> {
  const forgetFunctions = addFunctions(caseFunctions);
  try {
    const results: CaseResult[] = [];
    for (const { file, id, testCase } of cases) {
      results.push({ file, id, outcome: await runCase(testCase) });
    }
    return results;
  } finally {
    forgetFunctions();
  }
}
