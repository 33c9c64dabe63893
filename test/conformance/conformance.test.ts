import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BASELINE_PATH, readBaseline } from './baseline.ts';
import { CASES } from './cases-directory.ts';
import { failureLines } from './report.ts';
import { readSuite, runSuite } from './suite.ts';

const present = existsSync(join(CASES, 'query'));

describe('the conformance baseline', () => {
  if (!present) {
    console.log(`The conformance cases are not here (${CASES}): the baseline is not checked.`);
  }

  test.runIf(present)(
    'still passes, every case of it',
    async () => {
      const ids = new Set(await readBaseline(BASELINE_PATH));
      const cases = await readSuite(CASES, { kind: 'query', ids });
      expect(cases.length, 'all cases of the baseline are there').toBe(ids.size);
      expect(failureLines(await runSuite(cases))).toEqual([]);
    },
    90_000,
  );

  test('is sorted and names every case once', async () => {
    const ids = await readBaseline(BASELINE_PATH);
    expect(ids).toEqual([...new Set(ids)].sort());
  });
});
