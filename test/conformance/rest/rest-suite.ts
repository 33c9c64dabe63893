import { readCases, type CaseResult, type NamedCase, type Selection } from '../suite.ts';
import { HostProcess } from './host-process.ts';
import { parseRestCases, type RestCase } from './rest-case.ts';
import { runRestCase } from './run-rest-case.ts';

/** Cases mostly wait for disks, so a few at a time. */
const CASES_AT_A_TIME = 6;

/** The selected cases of the folder `rest`. See `readSuite`. */
export function readRestSuite(
  directory: string,
  selection: Selection,
): Promise<NamedCase<RestCase>[]> {
  return readCases(directory, { ...selection, kind: 'rest', parse: parseRestCases });
}

/** Runs the cases, several at a time, each against a server of its own in one process; results in order. */
export async function runRestSuite(cases: readonly NamedCase<RestCase>[]): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  const host = new HostProcess();
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < cases.length; index = next++) {
      const { file, id, testCase } = cases[index] as NamedCase<RestCase>;
      results[index] = { file, id, outcome: await runRestCase(testCase, host) };
    }
  };
  try {
    await Promise.all(Array.from({ length: CASES_AT_A_TIME }, work));
  } finally {
    host.stop();
  }
  return results;
}
