import { expect, test } from 'vitest';
import { nearestName } from '../../src/sql/nearest-name.ts';

test('finds the name with the fewest differences, in any case', () => {
  expect(nearestName('clikcs', ['CLICKS', 'USERS'])).toBe('CLICKS');
  expect(nearestName('ROUD', ['ROUND', 'RPAD'])).toBe('ROUND');
});

test('two swapped letters are one difference', () => {
  expect(nearestName('CUONT', ['COT', 'COUNT'])).toBe('COUNT');
  expect(nearestName('OCTO', ['COTA', 'COTO'])).toBe('COTO');
});

test('finds nothing when no name is near', () => {
  expect(nearestName('CLICKS', ['USERS', 'AIRPORTS'])).toBeNull();
  expect(nearestName('X', [])).toBeNull();
  expect(nearestName('X'.repeat(101), ['X'.repeat(101)])).toBeNull();
});
