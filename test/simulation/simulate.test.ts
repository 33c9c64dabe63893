import { expect, test } from 'vitest';
import { simulate } from './simulate.ts';

const SEEDS = 2000;

test('the engine gives what the oracle says, for random plans over random histories', async () => {
  const lines: string[] = [];
  const report = await simulate({
    seed: 1,
    seeds: SEEDS,
    failuresMax: 1,
    shrinks: true,
    print: (line) => lines.push(line),
  });
  expect(lines).toEqual([]);
  expect(report).toMatchObject({ cases: SEEDS, failures: 0 });
  expect(report.results).toBeGreaterThan(1000);
}, 280_000);
