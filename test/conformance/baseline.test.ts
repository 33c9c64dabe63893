import { expect, test } from 'vitest';
import { updateBaseline } from './baseline.ts';
import type { CaseResult } from './suite.ts';

function passed(id: string): CaseResult {
  return { file: 'f', id, outcome: { kind: 'passed', refusal: null, skippedCount: 0 } };
}

function failed(id: string): CaseResult {
  return { file: 'f', id, outcome: { kind: 'failed', reason: 'records', message: 'differs' } };
}

test('a case that newly passes is added in its place', () => {
  const update = updateBaseline(['a', 'c'], [passed('a'), passed('b'), failed('d')]);
  expect(update).toEqual({ ids: ['a', 'b', 'c'], added: ['b'], dropped: [] });
});

test('a case that no longer passes is dropped; one that was not run stays', () => {
  const update = updateBaseline(['a', 'b', 'c'], [failed('b')]);
  expect(update).toEqual({ ids: ['a', 'c'], added: [], dropped: ['b'] });
});
