import type { CaseResult } from './suite.ts';

/** One line for each case that failed, and what was expected and found below it. */
export function failureLines(results: readonly CaseResult[]): string[] {
  return results.flatMap(({ id, outcome }) =>
    outcome.kind === 'passed' ? [] : [`FAILED ${id}`, `    ${outcome.reason}: ${outcome.message}`],
  );
}

/** How many passed of each file, and why cases failed, by number. */
export function summaryLines(results: readonly CaseResult[]): string[] {
  const files = [...Map.groupBy(results, ({ file }) => file)].map(
    ([file, each]) => `${file}: ${passedCount(each)} of ${each.length}`,
  );
  const reasons = Map.groupBy(results, ({ outcome }) =>
    outcome.kind === 'failed' ? outcome.reason : 'passed',
  );
  const counted = [...reasons]
    .filter(([reason]) => reason !== 'passed')
    .map(([reason, each]) => `failed, ${reason}: ${each.length}`);
  return [...files, ...counted.sort()];
}

/** The last lines of a run. */
export function totalLines(kind: string, results: readonly CaseResult[]): string[] {
  let byRefusal = 0;
  let skipped = 0;
  for (const { outcome } of results) {
    if (outcome.kind === 'failed') continue;
    if (outcome.refusal !== null) byRefusal++;
    skipped += outcome.skippedCount;
  }
  return [
    `${byRefusal} passed because a statement was refused as expected`,
    `${skipped} expectations about internal topics were skipped`,
    `${kind}: ${passedCount(results)} of ${results.length} passed`,
  ];
}

/** How many of the cases passed. */
export function passedCount(results: readonly CaseResult[]): number {
  return results.filter(({ outcome }) => outcome.kind === 'passed').length;
}
