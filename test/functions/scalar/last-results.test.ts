import { expect, test } from 'vitest';
import { keepLast } from '../../../src/functions/scalar/last-results.ts';

test('makes a result once, until 64 others were made', () => {
  const made: string[] = [];
  const get = keepLast((text) => {
    made.push(text);
    return { text };
  });
  const first = get('0');
  for (let index = 1; index < 64; index++) get(String(index));
  expect(get('0')).toBe(first);
  expect(made).toHaveLength(64);
  get('64');
  expect(get('0')).not.toBe(first);
  expect(made.slice(-2)).toEqual(['64', '0']);
});

test('asks again after an error', () => {
  let attempts = 0;
  const get = keepLast(() => {
    attempts++;
    throw new Error('no');
  });
  expect(() => get('a')).toThrow('no');
  expect(() => get('a')).toThrow('no');
  expect(attempts).toBe(2);
});
