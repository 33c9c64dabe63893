import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CaseResult } from './suite.ts';

/** Where the ids of the cases that must pass are kept, sorted. */
export const BASELINE_PATH = join(import.meta.dirname, 'baseline.json');

/** The same of the cases that are played over HTTP. */
export const REST_BASELINE_PATH = join(import.meta.dirname, 'baseline-rest.json');

/** The ids of a baseline file. */
export async function readBaseline(path: string): Promise<string[]> {
  return JSON.parse(await readFile(path, 'utf8')) as string[];
}

export interface BaselineUpdate {
  readonly ids: readonly string[];
  readonly added: readonly string[];
  /** Cases of the baseline that were run and no longer pass. */
  readonly dropped: readonly string[];
}

/** The baseline after a run; cases that were not run stay as they are. */
export function updateBaseline(
  before: readonly string[],
  results: readonly CaseResult[],
): BaselineUpdate {
  const passed = new Set<string>();
  const failed = new Set<string>();
  for (const { id, outcome } of results) (outcome.kind === 'passed' ? passed : failed).add(id);
  const known = new Set(before);
  const dropped = before.filter((id) => failed.has(id));
  const added = [...passed].filter((id) => !known.has(id)).sort();
  const kept = before.filter((id) => !failed.has(id));
  return { ids: [...kept, ...added].sort(), added, dropped };
}

/** Writes a baseline file, one id a line. */
export async function writeBaseline(path: string, ids: readonly string[]): Promise<void> {
  await writeFile(path, `${JSON.stringify(ids, null, 2)}\n`);
}
