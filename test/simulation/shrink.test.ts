import { expect, test } from 'vitest';
import type { Case } from './case.ts';
import { caseOf } from './generate/case.ts';
import { shrink } from './shrink.ts';

test('a case shrinks to what makes it wrong', async () => {
  const large = Array.from({ length: 200 }, (_, seed) => caseOf(seed)).find(
    (input) => input.queries.length >= 2 && input.ticks.flat().filter(isLate).length >= 2,
  ) as Case;
  const smallest = await shrink(large, lateProblemOf);
  expect(smallest.queries).toHaveLength(1);
  expect(smallest.ticks.flat()).toHaveLength(1);
  expect(smallest.ticks.flat()[0]?.time).toBe(21);
  expect(smallest).toMatchObject({ partitionCount: 1, merge: false, evict: false });
});

test('a case that is refused does not stand for one with wrong results', async () => {
  const [input] = [caseOf(1)];
  const problemOf = async (other: Case): Promise<string | null> =>
    other === input ? 'wrong' : 'refused: no';
  expect(await shrink(input as Case, problemOf)).toBe(input);
});

async function lateProblemOf({ ticks }: Case): Promise<string | null> {
  return ticks.flat().some(isLate) ? 'a record beyond 20' : null;
}

function isLate({ time }: { time: number }): boolean {
  return time > 20;
}
