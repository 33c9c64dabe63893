import { expect, test } from 'vitest';
import { onceForAll } from '../../server/once-for-all.ts';
import { rows } from './scripted-engine.ts';

test('what is made of a batch is made once for each key, and anew for another batch', () => {
  const made: string[] = [];
  const make = (name: string) => () => {
    made.push(name);
    return name;
  };
  const [one, other] = [rows([1]), rows([1])];
  expect(onceForAll(one, 'a', make('one a'))).toBe('one a');
  expect(onceForAll(one, 'a', make('one a again'))).toBe('one a');
  expect(onceForAll(one, 'b', make('one b'))).toBe('one b');
  expect(onceForAll(other, 'a', make('other a'))).toBe('other a');
  expect(made).toEqual(['one a', 'one b', 'other a']);
});

test('only so much is kept of a batch', () => {
  const batch = rows([1]);
  let count = 0;
  for (let i = 0; i < 100; i++) onceForAll(batch, `key ${i}`, () => count++);
  onceForAll(batch, 'key 0', () => count++);
  expect(count).toBe(100);
  onceForAll(batch, 'key 99', () => count++);
  expect(count).toBe(101);
});
