import { expect, test } from 'vitest';
import { simulate } from './simulate.ts';

test('the engine gives what the oracle says, for a few seeds', async () => {
  const lines: string[] = [];
  const report = await simulate({
    seed: 1,
    seeds: 150,
    failuresMax: 1,
    shrinks: true,
    print: (line) => lines.push(line),
  });
  expect(lines).toEqual([]);
  expect(report).toMatchObject({ cases: 150, failures: 0 });
  expect(report.results).toBeGreaterThan(1000);
});
