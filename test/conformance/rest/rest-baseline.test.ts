import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readBaseline, REST_BASELINE_PATH } from '../baseline.ts';
import { CASES } from '../cases-directory.ts';
import { failureLines } from '../report.ts';
import { readRestSuite, runRestSuite } from './rest-suite.ts';

const present = existsSync(join(CASES, 'rest'));

describe('the baseline of the cases over HTTP', () => {
  if (!present) {
    console.log(
      `The conformance cases are not here (${CASES}): the baseline over HTTP is not checked.`,
    );
  }

  test.runIf(present)(
    'still passes, every case of it',
    async () => {
      const ids = new Set(await readBaseline(REST_BASELINE_PATH));
      const cases = await readRestSuite(CASES, { ids });
      expect(cases.length, 'all cases of the baseline are there').toBe(ids.size);
      expect(failureLines(await runRestSuite(cases))).toEqual([]);
    },
    180_000,
  );

  test('is sorted and names every case once', async () => {
    const ids = await readBaseline(REST_BASELINE_PATH);
    expect(ids).toEqual([...new Set(ids)].sort());
  });
});
